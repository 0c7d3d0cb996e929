// Reading the section `lines`: what becomes a step, what is refused, and with which words.

#include "unit/steps/sections.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

namespace {

std::string mistakes(const std::string &yaml) {
    return read_section("lines", yaml).mistakes;
}

/// Of one entry for one file.
std::string mistake(const std::string &entry) {
    return mistakes("- {file: /f, " + entry + "}");
}

} // namespace

TEST_CASE("lines: a step names every default, and its options are what decides the contents") {
    const auto read = [](const std::string &entry) {
        Step step = read_step("lines", "- {file: /etc/f, " + entry + "}");
        CHECK(step.identity == step.options);
        CHECK(step.places == std::vector<std::string>{"/etc/f"});
        CHECK(find_step_kind("lines")->section({step.options}) == Json::array({step.options}));
        return step.summary + " " + step.options.dump();
    };
    CHECK(read("line: a b") ==
          R"(edit /etc/f: line a b {"file":"/etc/f","line":"a b","create":false})");
    CHECK(read("line: a, match: ^a, after: ^x") ==
          R"(edit /etc/f: line a {"file":"/etc/f","line":"a","match":"^a","all":false,)"
          R"("after":"^x","create":false})");
    CHECK(read("remove: ^a") == R"(edit /etc/f: remove lines ^a {"file":"/etc/f","remove":"^a"})");
    CHECK(read("block: a, before: ^x, create: true") ==
          R"(edit /etc/f: block retouch {"file":"/etc/f","block":"a","mark":"retouch",)"
          R"("before":"^x","create":true})");
    CHECK(read("ini: {b: 1, a: null}, section: S") ==
          R"(edit /etc/f: set [S] b, a {"file":"/etc/f","ini":{"b":"1","a":null},)"
          R"("section":"S","all":false,"create":false})");
    CHECK(read("replace: a, with: \"\"") ==
          R"(edit /etc/f: replace a {"file":"/etc/f","replace":"a","with":""})");
}

TEST_CASE("lines: an entry is one edit, with the keys that go with it") {
    CHECK(mistakes("- {file: /f, all: true}") ==
          "1:3: an entry of 'lines' needs 'line', 'remove', 'block', 'ini' or 'replace'\n");
    CHECK(mistake("line: a, remove: b") == "1:31: 'remove' does not go with 'line'\n");
    CHECK(mistake("remove: a, create: true") == "1:25: 'create' does not go with 'remove'\n");
    CHECK(mistake("replace: a") == "1:3: 'replace' needs 'with'\n");
    CHECK(mistake("line: a, all: true") == "1:28: 'all' needs 'match'\n");
    CHECK(mistake("line: a, before: x, after: y") ==
          "1:41: a line has one place: 'after' or 'before'; 1:31 the other one is here\n");
    CHECK(mistakes("- {file: /run/f, line: a}") ==
          "1:10: '/run/f' cannot be seen in a machine that boots the image: another filesystem is "
          "mounted on /run; what should be there at each boot is made by a file in "
          "/etc/tmpfiles.d\n");
    CHECK(mistakes("- {file: /a/../b, line: a}") ==
          "1:10: the path '/a/../b' is not normal: it has "
          "an empty, '.' or '..' part; write /b\n");
}

TEST_CASE("lines: a line is one line of text") {
    CHECK(mistake("line: \"a\\nb\"") ==
          "1:20: 'line' holds a line break, and is one line; write an "
          "entry for each line, or a 'block'\n");
    CHECK(mistake("line: \"a\\r\"") == "1:20: 'line' holds a control character: '\\x0d'\n");
    CHECK(mistake("line: \"a\\tb\"") == "");
    CHECK(mistake("replace: x, with: \"a\\nb\"") ==
          "1:32: 'with' holds a line break, and is one line; write an entry for each line, or a "
          "'block'\n");
    CHECK(mistake("block: \"a\\n# END retouch\"") ==
          "1:21: '# END retouch' is a line of the block, and marks where it ends or begins\n");
    CHECK(mistake("ini: {\"a=b\": 1}") ==
          "1:20: 'a=b' is not a key of an ini file; it has no '=', no blanks at its ends, and "
          "begins with none of [ # ;\n");
    CHECK(mistake("ini: {a: \" 1\"}") ==
          "1:23: a value of an ini file has no blanks at its ends\n");
    CHECK(mistake("ini: {a: 1}, section: \"[s]\"") ==
          "1:36: the name of a section has no brackets and no blanks at its ends\n");
}

TEST_CASE("lines: an edit that would find or change its own result anew is refused") {
    CHECK(mistake("match: \"^#P \", line: P no") ==
          "1:21: 'match' does not match 'line': what it made would not be found again; let it "
          "match the line before and after, such as ^#?PermitRootLogin\n");
    CHECK(mistake("replace: a, with: ba") ==
          "1:23: 'replace' matches in 'with': each run would change the file again\n");
    CHECK(mistake("replace: a, with: a") == "");
    CHECK(mistake("replace: \"a*\", with: b") ==
          "1:23: 'replace' matches an empty text, which is everywhere\n");
    CHECK(mistake("match: \"(\", line: x") ==
          "1:21: '(' is not a valid regular expression: missing ): (\n");
    CHECK(mistake("remove: \"\\\\<x\"") == "1:22: '\\<x' is not a valid regular expression: the "
                                           "beginning of a word is written \\b, not \\<\n");
}

TEST_CASE("lines: two edits of a file that undo each other are refused, with both places") {
    const std::string undone =
        "2:3: this edit undoes what another one did to the file; 1:3 which is here\n";
    const auto both = [](const std::string &one, const std::string &other) {
        return mistakes("- {file: /f, " + one + "}\n- {file: /f, " + other + "}\n");
    };
    CHECK(both("line: swap on", "remove: swap") == undone);
    CHECK(both("line: P no, match: ^P", "line: P yes, match: ^P") == undone);
    CHECK(both("ini: {a: 1}", "ini: {a: 2}") == undone);
    CHECK(both("ini: {a: 1}", "ini: {a: null}") == undone);
    CHECK(both("replace: one, with: two", "replace: two, with: one") == undone);
    CHECK(both("line: pool 1", "replace: \"pool [0-9]\", with: pool x") == undone);
    CHECK(both("block: a, mark: m", "block: b, mark: m") == undone);
    CHECK(both("block: a", "remove: ^#") == undone);
    CHECK(both("block: a", "remove: \"^# BEGIN\"") == undone);
    CHECK(both("line: a1, match: ^a", "line: a2") == undone);
    CHECK(both("line: swap on, before: ^x", "remove: swap") == undone);
    CHECK(both("remove: swap", "line: swap on") == undone);
    CHECK(both("line: a", "line: b") == "");
    CHECK(both("ini: {a: 1}, section: s", "ini: {a: 2}, section: t") == "");
    CHECK(both("block: a, mark: m", "block: b, mark: n") == "");
    CHECK(mistakes("- {file: /f, line: a}\n- {file: /g, remove: a}\n") == "");
}
