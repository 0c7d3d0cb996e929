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
    CHECK_FALSE(plan::check_recipe(path, {}, diagnostics));
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
