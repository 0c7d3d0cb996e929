#include "render/machine/diagnostics_json.hpp"
#include "render/text/diagnostics.hpp"
#include "render/text/excerpt.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

Diagnostic mistake() {
    Diagnostic diagnostic;
    diagnostic.position = {"web.yaml", 8, 5};
    diagnostic.message = "unknown key 'mdoe'";
    diagnostic.source_line = "    mdoe: \"0644\"";
    diagnostic.hint = "did you mean 'mode'?";
    return diagnostic;
}

} // namespace

TEST_CASE("diagnostics: position, line, caret and hint stand under each other") {
    CHECK(render::render_diagnostics({mistake()}, false) ==
          "web.yaml:8:5: error: unknown key 'mdoe'\n"
          "        mdoe: \"0644\"\n"
          "        ^\n"
          "    help: did you mean 'mode'?\n");
}

TEST_CASE("diagnostics: a second position is a note, further lines of a hint are aligned") {
    Diagnostic diagnostic = mistake();
    diagnostic.severity = Diagnostic::Severity::warning;
    diagnostic.related = {{{"web.yaml", 3, 1}, "first defined here", "mode:"}};
    diagnostic.hint = "write one of\nmode: \"0644\"";
    CHECK(render::render_diagnostics({diagnostic}, false) ==
          "web.yaml:8:5: warning: unknown key 'mdoe'\n"
          "        mdoe: \"0644\"\n"
          "        ^\n"
          "    note: web.yaml:3:1: first defined here\n"
          "    help: write one of\n"
          "          mode: \"0644\"\n");
}

TEST_CASE("diagnostics: what is not known is left out") {
    Diagnostic diagnostic;
    diagnostic.message = "something";
    CHECK(render::render_diagnostics({diagnostic}, false) == "error: something\n");
    diagnostic.position.file = "a.yaml";
    CHECK(render::render_diagnostics({diagnostic}, false) == "a.yaml: error: something\n");
    diagnostic.position.line = 4;
    diagnostic.source_line = "text";
    CHECK(render::render_diagnostics({diagnostic}, false) ==
          "a.yaml:4: error: something\n    text\n");
}

TEST_CASE("diagnostics: none is nothing") {
    CHECK(render::render_diagnostics({}, true).empty());
}

TEST_CASE("diagnostics: twenty are shown, the rest is counted") {
    Diagnostic diagnostic;
    diagnostic.message = "x";
    const std::string one = "error: x\n";
    std::string twenty;
    for (int i = 0; i < 20; ++i)
        twenty += one;
    CHECK(render::render_diagnostics(std::vector<Diagnostic>(20, diagnostic), false) == twenty);
    CHECK(render::render_diagnostics(std::vector<Diagnostic>(23, diagnostic), false) ==
          twenty + "... and 3 more\n");
}

TEST_CASE("diagnostics: bytes of the file cannot reach the terminal") {
    Diagnostic diagnostic = mistake();
    diagnostic.position.file = "\x1b[2J.yaml";
    diagnostic.message = "unknown key '\x07'";
    diagnostic.source_line = "\x1b[31mkey";
    diagnostic.hint = "\x1b[0m";
    const std::string text = render::render_diagnostics({diagnostic}, false);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\x07') == std::string::npos);
}

TEST_CASE("diagnostics: colour adds escape sequences and nothing else") {
    std::string coloured = render::render_diagnostics({mistake()}, true);
    CHECK(coloured.find("\x1b[31merror:\x1b[0m") != std::string::npos);
    while (coloured.find('\x1b') != std::string::npos) {
        const auto start = coloured.find('\x1b');
        coloured.erase(start, coloured.find('m', start) - start + 1);
    }
    CHECK(coloured == render::render_diagnostics({mistake()}, false));
}

TEST_CASE("excerpt: tabs are expanded and the caret follows") {
    const render::Excerpt excerpt = render::make_excerpt("a\tb\tc", 5, 100);
    CHECK(excerpt.text == "a   b   c");
    CHECK(excerpt.caret == 8);
}

TEST_CASE("excerpt: columns count code points, escapes take the room they are printed in") {
    const render::Excerpt accents = render::make_excerpt("äöü: x", 6, 100);
    CHECK(accents.text == "äöü: x");
    CHECK(accents.caret == 5);
    const render::Excerpt broken = render::make_excerpt("\xff\x1b: x", 5, 100);
    CHECK(broken.text == "\\xff\\x1b: x");
    CHECK(broken.caret == 10);
}

TEST_CASE("excerpt: a column behind the end points behind the end") {
    CHECK(render::make_excerpt("abc\r", 4, 100).caret == 3);
    CHECK(render::make_excerpt("abc", 90, 100).caret == 3);
    CHECK(render::make_excerpt("", 1, 100).text.empty());
}

TEST_CASE("excerpt: a long line is cut around the caret") {
    const std::string line = std::string(500, 'a') + "X" + std::string(500, 'b');
    const render::Excerpt excerpt = render::make_excerpt(line, 501, 40);
    CHECK(excerpt.text.size() == 40);
    CHECK(excerpt.text.substr(0, 4) == "...a");
    CHECK(excerpt.text.substr(36) == "b...");
    CHECK(excerpt.text.at(excerpt.caret) == 'X');

    CHECK(render::make_excerpt(line, 1, 40).text == std::string(34, 'a') + "...");
    CHECK(render::make_excerpt(line, 1001, 40).text == "..." + std::string(34, 'b'));
}

TEST_CASE("diagnostics as JSON: all of them, with what is known") {
    Diagnostic unplaced;
    unplaced.severity = Diagnostic::Severity::warning;
    unplaced.position.file = "b.yaml";
    unplaced.message = "odd";
    Diagnostic placed = mistake();
    placed.related = {{{"web.yaml", 3, 1}, "first defined here", "mode:"}};
    CHECK(render::diagnostics_json({placed, unplaced}, {"web.yaml", "b.yaml"}) == Json::parse(R"({
        "format_version": "1.0",
        "valid": false,
        "files": ["web.yaml", "b.yaml"],
        "diagnostics": [
            {"file": "web.yaml", "line": 8, "column": 5, "severity": "error",
             "message": "unknown key 'mdoe'", "hint": "did you mean 'mode'?",
             "related": [{"file": "web.yaml", "line": 3, "column": 1,
                          "message": "first defined here"}]},
            {"file": "b.yaml", "severity": "warning", "message": "odd"}]})"));
    CHECK(render::diagnostics_json({unplaced}, {"b.yaml"})["valid"] == true);
}
