// Edits of texts alone: what becomes of which bytes, and what is refused with which words.

#include "steps/lines/edited_text.hpp"
#include "steps/lines/line_edit.hpp"
#include "unit/steps/sections.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;
using namespace std::string_literals;

namespace {

/// "BYTES | WORDS" or "! OBSTACLE". A second edit must change nothing.
std::string edited(const std::string &entry, const std::string &bytes) {
    const Step step = read_step("lines", "- {file: /f, " + entry + "}");
    std::string obstacle;
    steps::EditedText text(bytes, obstacle);
    if (!obstacle.empty())
        return "! " + obstacle;
    const steps::LineEdit edit(step.options);
    const steps::EditOutcome outcome = edit.apply(text);
    if (!outcome.obstacle.empty())
        return "! " + outcome.obstacle;
    const std::string once = text.bytes();
    const steps::EditOutcome again = edit.apply(text);
    REQUIRE(again.obstacle == "");
    REQUIRE(text.bytes() == once);
    return once + " | " + outcome.words;
}

/// UTF-16 of ASCII text.
std::string wide(const std::string &text, bool is_big) {
    std::string bytes = is_big ? "\xfe\xff" : "\xff\xfe";
    for (const char each : text)
        bytes += is_big ? std::string{'\0', each} : std::string{each, '\0'};
    return bytes;
}

} // namespace

TEST_CASE("lines: a text that is not edited comes back byte for byte") {
    for (const std::string &bytes :
         {""s, "a"s, "a\n"s, "\n\n"s, "a\r\nb\nc"s, "\r"s, "\xef\xbb\xbf"s + "a\n", "gr\xfc\xdf\n"s,
          wide("a\r\nb", false), wide("a\n", true), "\xff\xfe\x3d\xd8\x00\xde"s}) {
        std::string obstacle;
        CHECK(steps::EditedText(bytes, obstacle).bytes() == bytes);
        CHECK(obstacle == "");
    }
}

TEST_CASE("lines: what is no text is refused") {
    CHECK(edited("line: x", "ab\0c"s) == "! it is no text: byte 2 is NUL");
    CHECK(edited("line: x", "\xef\xbb\xbf\0"s) == "! it is no text: byte 3 is NUL");
    CHECK(edited("line: x", "\xff\xfe\x61"s) == "! it begins as UTF-16 does, and is none");
    CHECK(edited("line: x", "\xff\xfe\x00\xdc"s) == "! it begins as UTF-16 does, and is none");
    CHECK(edited("line: x", "\xff\xfe\x3d\xd8"s) == "! it begins as UTF-16 does, and is none");
    CHECK(edited("line: x", "\xff\xfe\x00\x00"s) == "! it begins as UTF-16 does, and is none");
    CHECK(edited("line: x", "a\n" + std::string(65537, 'b') + "\n") ==
          "! its line 2 is longer than 64 KiB");
    CHECK(edited("line: x", std::string(65536, 'b')).ends_with("b\nx\n | line added at the end"));
}

TEST_CASE("lines: a new line ends as the first one does, and so does the last before it") {
    CHECK(edited("line: x", "") == "x\n | line added at the end");
    CHECK(edited("line: x", "a") == "a\nx\n | line added at the end");
    CHECK(edited("line: x", "a\r\nb") == "a\r\nb\r\nx\r\n | line added at the end");
    CHECK(edited("line: x", "a\nx") == "a\nx | ");
    CHECK(edited("match: ^a, line: ab", "b\na") == "b\nab | line 2 replaced");
    CHECK(edited("line: x", wide("a\r\n", false)) ==
          wide("a\r\nx\r\n", false) + " | line added at the end");
    CHECK(edited("line: \"\\U0001F600\"", wide("a\n", true)) ==
          wide("a\n", true) + "\xd8\x3d\xde\x00\0\n"s + " | line added at the end");
    CHECK(edited("line: x", "\xef\xbb\xbf"
                            "a\n") == "\xef\xbb\xbf"
                                      "a\nx\n | line added at the end");
    CHECK(edited("match: ^a, line: a1", "\xef\xbb\xbf"
                                        "a\n") == "\xef\xbb\xbf"
                                                  "a1\n | line 1 replaced");
}

TEST_CASE("lines: which line is replaced, and where one is added") {
    CHECK(edited("match: \"^#?P \", line: P no", "x\n#P yes\n") == "x\nP no\n | line 2 replaced");
    CHECK(edited("match: \"^#?P \", line: P no", "P no\nx\n") == "P no\nx\n | ");
    CHECK(edited("match: \"^#?P \", line: P no", "#P a\nP b\n") ==
          "! lines 1 and 2 match: name one alone, or say 'all: true' to set each");
    CHECK(edited("match: \"^#?P \", line: P no, all: true", "#P a\nP no\nP b\n") ==
          "P no\nP no\nP no\n | lines 1 and 3 replaced");
    CHECK(edited("match: ^x, line: x, all: true", "x1\nx2\nx3\nx4\nx5\nx6\nx7\n") ==
          "x\nx\nx\nx\nx\nx\nx\n | lines 1, 2, 3, 4, 5 and 2 more replaced");
    CHECK(edited("line: n, after: ^a", "a\nb\na\nc\n") ==
          "a\nb\na\nn\nc\n | line added after line 3, the last of 2 that match");
    CHECK(edited("line: n, before: ^a", "b\na\na\n") ==
          "b\nn\na\na\n | line added before line 2, the first of 2 that match");
    CHECK(edited("line: n, after: ^z", "a\n") == "! no line matches 'after'");
    CHECK(edited("line: n, before: ^z", "") == "! no line matches 'before'");
    CHECK(edited("line: n, before: ^z", "n\n") == "n\n | ");
    CHECK(edited("match: \"^\\\\s*x\", line: \"  x\"", "\tx y\n") == "  x\n | line 1 replaced");
}

TEST_CASE("lines: all lines that match are removed") {
    CHECK(edited("remove: swap", "a\nswap 1\nb\nswap 2") == "a\nb\n | lines 2 and 4 removed");
    CHECK(edited("remove: swap", "swap") == " | line 1 removed");
    CHECK(edited("remove: swap", "") == " | no line matches");
    CHECK(edited("remove: \"^gr.\"", "gr\xfc\xdf\nx\n") == "x\n | line 1 removed");
}

TEST_CASE("lines: a block is known by its marks") {
    CHECK(edited("block: \"p\\nq\\n\"", "a\n") ==
          "a\n# BEGIN retouch\np\nq\n# END retouch\n | block added at the end");
    CHECK(edited("block: p, mark: m, before: ^a", "a\r\n") ==
          "# BEGIN m\r\np\r\n# END m\r\na\r\n | block added before line 1");
    CHECK(edited("block: p", "# BEGIN retouch\nold\nold\n# END retouch") ==
          "# BEGIN retouch\np\n# END retouch\n | block at line 1 replaced");
    CHECK(edited("block: p", "# BEGIN retouch\np\n# END retouch") ==
          "# BEGIN retouch\np\n# END retouch | ");
    const std::string odd = "! its lines '# BEGIN retouch' and '# END retouch' are not one pair";
    CHECK(edited("block: p", "# BEGIN retouch\nold\n") == odd);
    CHECK(edited("block: p", "# END retouch\n# BEGIN retouch\n") == odd);
    CHECK(edited("block: p", "# BEGIN retouch\n# BEGIN retouch\n# END retouch\n") == odd);
}

TEST_CASE("lines: settings keep their place and spelling") {
    CHECK(edited("ini: {a: 2}", "a = 1\nb = 1\n") == "a = 2\nb = 1\n | a changed");
    CHECK(edited("ini: {c: 2}", "a = 1\n\n") == "a = 1\nc = 2\n\n | c added");
    CHECK(edited("ini: {c: 2}", "a=1") == "a=1\nc=2\n | c added");
    CHECK(edited("ini: {a: 2}", " \ta\t=\t1 \n") == " \ta\t=\t2\n | a changed");
    CHECK(edited("ini: {a: \"\"}", "a = 1\n") == "a = \n | a changed");
    CHECK(edited("ini: {a: x=y}", "a=x=z\n") == "a=x=y\n | a changed");
    CHECK(edited("ini: {a: 1, b: null, c: 3}", "b=1\nb=2\na=1\n[s]\nb=1\n") ==
          "a=1\nc=3\n[s]\nb=1\n | b removed, c added");
    CHECK(edited("ini: {a: 2}, section: t", "a=1\n[s]\na=1\n[ t ]\n; a=1\na=1\n") ==
          "a=1\n[s]\na=1\n[ t ]\n; a=1\na=2\n | a changed");
    CHECK(edited("ini: {a: 2}", "[s]\na=1\n") == "a=2\n[s]\na=1\n | a added");
    CHECK(edited("ini: {a: 2}, section: t", "[s]\na=1") == "[s]\na=1\n\n[t]\na=2\n | a added");
    CHECK(edited("ini: {a: 2}, section: t", "") == "[t]\na=2\n | a added");
    CHECK(edited("ini: {a: 2}, section: t", "# words\n") == "# words\n\n[t]\na=2\n | a added");
    CHECK(edited("ini: {a: null}, section: t", "x=1\n") == "x=1\n | ");
    CHECK(edited("ini: {a: 2}, section: t", "x=1\n") ==
          "! it has settings and no sections, so no section 't'; section: \"\" stands for all of "
          "it");
    CHECK(edited("ini: {a: 2}", "a=1\na=3\n") ==
          "! lines 1 and 2 set 'a': name one alone, or say 'all: true' to set each");
    CHECK(edited("ini: {a: 2}, all: true", "a=1\na=3\n") == "a=2\na=2\n | a changed");
    CHECK(edited("ini: {a: 2}, section: s", "[s]\na=1\n[t]\n[s]\na=3\n") ==
          "[s]\na=1\n[t]\n[s]\na=2\n | a changed");
}

TEST_CASE("lines: the longest place that matches is replaced, wherever it is") {
    CHECK(edited("replace: \"a|ab\", with: x", "abab\nc\nab\n") ==
          "xx\nc\nx\n | 3 places in lines 1 and 3 replaced");
    CHECK(edited("replace: \"p [0-9]\", with: p q", "p 1\n") ==
          "p q\n | 1 place in line 1 replaced");
    CHECK(edited("replace: a, with: '\\1&'", "a") == "\\1& | 1 place in line 1 replaced");
    CHECK(edited("replace: a, with: x", "b\n") == "b\n | nothing to replace");
    CHECK(edited("replace: ^x, with: \"\"", "xx\n") ==
          "! line 1 would match again and change at each run");
    CHECK(edited("replace: \"\xc3\xbc\", with: ue", "\xfc \xc3\xbc\n") ==
          "\xfc ue\n | 1 place in line 1 replaced");
}
