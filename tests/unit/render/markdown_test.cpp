#include "render/markdown/markdown.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

TEST_CASE("markdown: a code span outgrows the backticks inside") {
    CHECK(render::markdown_code("plain") == "`plain`");
    CHECK(render::markdown_code("a`b") == "``a`b``");
    CHECK(render::markdown_code("``x`") == "``` ``x` ```");
    CHECK(render::markdown_code("a|b") == "`a|b`");
    CHECK(render::markdown_cell("a|`b") == "``a\\|`b``");
    CHECK(render::markdown_code("").empty());
}

TEST_CASE("markdown: a fence outgrows the backticks inside") {
    CHECK(render::markdown_fence("diff", "+a\n") == "```diff\n+a\n```\n");
    CHECK(render::markdown_fence("", "x\n````\ny") == "`````\nx\n````\ny\n`````\n");
    CHECK(render::markdown_fence("", "") == "```\n```\n");
}

TEST_CASE("markdown: words carry no markup") {
    CHECK(render::markdown_words("<b>*x*_y_|[z](u)\\") ==
          "&#60;b&#62;&#42;x&#42;&#95;y&#95;&#124;&#91;z&#93;(u)&#92;");
    CHECK(render::markdown_words("a\n# b") == "a&#92;x0a&#35; b");
}

TEST_CASE("markdown: a table without rows is nothing") {
    CHECK(render::markdown_table({"a", "b"}, {}).empty());
    CHECK(render::markdown_table({"a", "b"}, {{"1", ""}}) ==
          "| a | b |\n| --- | --- |\n| 1 |  |\n");
}

TEST_CASE("markdown: a marker's name cannot end the comment") {
    CHECK(render::markdown_marker("plan", "web --> image!") ==
          "<!-- retouch:plan:web-image- -->\n");
}
