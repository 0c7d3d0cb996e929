// Checking a recipe: what step kinds find is told together with what the stages before them found.

#include "plan/check.hpp"

#include "base/file.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;

namespace {

std::vector<std::string> mistakes(std::string_view text) {
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "check-test-");
    const std::filesystem::path path = folder.path() / "r.yaml";
    base::write_file_atomically(path, text);
    Diagnostics diagnostics;
    CHECK(plan::check_recipe(path, {}, diagnostics).empty());
    std::vector<std::string> found;
    for (const Diagnostic &item : diagnostics.sorted())
        found.push_back(
            fmt::format("{}:{} {}", item.position.line, item.position.column, item.message));
    return found;
}

} // namespace

TEST_CASE("check: sound entries of a wrong recipe are judged by their kinds") {
    const std::string not_hexadecimal = "'sha256' must be 64 hexadecimal digits in lower case, as "
                                        "sha256sum prints them, found 'short'";
    CHECK(mistakes("retouch: 1\n"
                   "name: check\n"
                   "name: again\n"
                   "source: {image: base}\n"
                   "files:\n"
                   "  - to: /a\n"
                   "    from: missing-a\n"
                   "  - to: /b\n"
                   "    from: @missing-b\n"
                   "  - to: /c\n"
                   "    from: ${nowhere}\n"
                   "  - {to: /d, content: once}\n"
                   "  - {to: /d, content: twice}\n"
                   "checks:\n"
                   "  - file: /a\n"
                   "    sha256: short\n") == std::vector<std::string>{
                                                 "3:1 the key 'name' is given twice",
                                                 "7:11 'missing-a' does not exist",
                                                 "9:11 text cannot start with '@'",
                                                 "11:11 the variable 'nowhere' is not defined",
                                                 "13:10 another entry owns /d already",
                                                 "16:13 " + not_hexadecimal,
                                             });
}

TEST_CASE("check: entries that share a line share its mistakes") {
    CHECK(mistakes("retouch: 1\n"
                   "name: check\n"
                   "source: {image: base}\n"
                   "files: [{to: /a, from: gone, mode: 7}, {to: /b, from: gone}]\n") ==
          std::vector<std::string>{"4:36 'mode' must be three or four octal digits in "
                                   "quotes, such as \"0644\", found '7'"});
}

TEST_CASE("check: where the layout is broken only that is told") {
    const std::string expected =
        "3:2 this line is indented deeper than the one above, which already has its value";
    CHECK(mistakes("retouch: 1\n"
                   "name: check\n"
                   " source: {image: base}\n"
                   "files:\n"
                   "  - to: /a\n"
                   "    from: gone\n") == std::vector<std::string>{expected});
}

namespace {

std::vector<std::string> running_order(std::string_view text) {
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "check-test-");
    const std::filesystem::path path = folder.path() / "r.yaml";
    base::write_file_atomically(path, "retouch: 1\nname: check\nsource: {image: base}\n" +
                                          std::string(text));
    Diagnostics diagnostics;
    const auto checked = plan::check_recipe(path, {}, diagnostics);
    REQUIRE(checked.size() == 1);
    std::vector<std::string> found;
    for (const Step &step : checked.front().steps)
        found.push_back(fmt::format("{}: {}", step.id, step.summary));
    return found;
}

} // namespace

TEST_CASE("check: sections run by their kinds, what is late behind the commands") {
    CHECK(running_order("cleanup: [logs]\n"
                        "commands: [one]\n"
                        "files:\n"
                        "  - {remove: /a, phase: end}\n"
                        "  - {remove: /b}\n"
                        "repositories:\n"
                        "  - {name: tools, apt: {uri: \"https://example.org\", suite: ./}, during: "
                        "build}\n") == std::vector<std::string>{
                                           "repositories[0]: repository tools",
                                           "files[0]: remove /b",
                                           "commands[0]: run: one",
                                           "repositories[1]: remove repository tools",
                                           "files[1]: remove /a",
                                           "cleanup[0]: clean logs",
                                       });
}

TEST_CASE("check: in 'steps' sections run as they stand, and their steps are counted on") {
    CHECK(running_order("steps:\n"
                        "  - commands: [one]\n"
                        "  - files: [{remove: /a}]\n"
                        "  - cleanup: []\n"
                        "  - commands: [two, three]\n"
                        "  - files: [{remove: /a}]\n") == std::vector<std::string>{
                                                              "commands[0]: run: one",
                                                              "files[0]: remove /a",
                                                              "commands[1]: run: two",
                                                              "commands[2]: run: three",
                                                              "files[1]: remove /a",
                                                          });
    CHECK(mistakes("retouch: 1\n"
                   "name: check\n"
                   "source: {image: base}\n"
                   "steps:\n"
                   "  - files:\n"
                   "      - {remove: /a, phase: end}\n"
                   "  - repositories:\n"
                   "      - {name: tools, apt: {uri: \"https://example.org\", suite: ./}, during: "
                   "build}\n"
                   "  - users: [{name: x}]\n") ==
          std::vector<std::string>{
              "6:1 in 'steps' each entry runs where it stands, none at the end",
              "8:1 in 'steps' each entry runs where it stands, none at the end"});
}
