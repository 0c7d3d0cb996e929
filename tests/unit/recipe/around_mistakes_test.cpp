// One mistake in a recipe is told on its line and nowhere else: each line of each recipe we ship is
// spoilt in turn.

#include "recipe/load.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

using namespace retouch;

namespace {

using Lines = std::vector<std::string>;

std::vector<Lines> shipped_recipes() {
    std::vector<Lines> recipes;
    const std::filesystem::path folder = std::filesystem::path(RETOUCH_SOURCE_DIR) / "recipes";
    for (const auto &entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".yaml")
            recipes.push_back(
                base::split_lines(base::read_file(entry.path(), std::size_t{1} << 20)));
    return recipes;
}

/// Where the value of "key: value" starts. What is indented deeper than entries is text of a block.
std::optional<std::size_t> value_of(const std::string &line) {
    const std::size_t start = line.find_first_not_of(" -");
    if (start == std::string::npos || start > 4)
        return std::nullopt;
    const std::size_t end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", start);
    if (end == std::string::npos || end == start || line.substr(end, 2) != ": ")
        return std::nullopt;
    return end + 2;
}

std::string loaded(const Lines &lines) {
    return fmt::format("{}\n", fmt::join(lines, "\n"));
}

/// Spoils each line that `spoil` knows how to, and looks where the findings stand.
void spoil_each_line(const std::function<std::string(std::string, std::size_t)> &spoil) {
    std::size_t spoilt = 0;
    for (const Lines &recipe : shipped_recipes())
        for (std::size_t i = 0; i < recipe.size(); ++i) {
            const auto value = value_of(recipe[i]);
            if (!value)
                continue;
            Lines lines = recipe;
            lines[i] = spoil(lines[i], *value);
            CAPTURE(lines[i], i + 1);
            const recipe::LoadedRecipe found =
                recipe::load_recipe_text(loaded(lines), "r.yaml", {});
            REQUIRE_FALSE(found.recipe);
            for (const Diagnostic &item : found.diagnostics.sorted())
                REQUIRE(fmt::format("{}: {}", item.position.line, item.message) ==
                        fmt::format("{}: {}", i + 1, item.message));
            ++spoilt;
        }
    CHECK(spoilt > 50);
}

std::vector<std::string> messages(std::string_view text) {
    std::vector<std::string> found;
    for (const Diagnostic &item : recipe::load_recipe_text(text, "r.yaml", {}).diagnostics.sorted())
        found.push_back(
            fmt::format("{}:{} {}", item.position.line, item.position.column, item.message));
    return found;
}

} // namespace

TEST_CASE("one mistake: a value that starts with a reserved character") {
    spoil_each_line([](std::string line, std::size_t value) { return line.insert(value, "@"); });
}

TEST_CASE("one mistake: an anchor before a value") {
    spoil_each_line([](std::string line, std::size_t value) { return line.insert(value, "&a "); });
}

TEST_CASE("one mistake: an alias instead of a value") {
    spoil_each_line(
        [](const std::string &line, std::size_t value) { return line.substr(0, value) + "*a"; });
}

TEST_CASE("one mistake: a second colon") {
    spoil_each_line([](const std::string &line, std::size_t value) {
        return line.substr(0, value) + "one: two";
    });
}

TEST_CASE("mistakes of every stage are told at once") {
    CHECK(messages("retouch: 1\n"
                   "name all\n"
                   "name2: ${none}\n"
                   "files:\n"
                   "  - to: /a\n"
                   "    content: 'x' y\n"
                   "    mode: 0644\n"
                   "  - to: /b\n"
                   "    mode: 0644\n"
                   "    content: *b\n"
                   "  -\n"
                   "commands: &c\n"
                   "  - run: true\n"
                   "  - run: echo a: b\n"
                   "    timeout: 3 parsecs\n"
                   "publish: {name: a, name: b}\n") ==
          std::vector<std::string>{
              "1:1 missing key 'source' in the recipe",
              "2:1 this key has no colon",
              "3:1 unknown key 'name2' in the recipe",
              "3:8 the variable 'none' is not defined",
              "6:18 text cannot follow this '''",
              "7:11 '0644' needs quotes: YAML readers do not agree that it is a string",
              "9:11 '0644' needs quotes: YAML readers do not agree that it is a string",
              "10:14 aliases (*name) are not allowed",
              "11:3 this list entry is empty",
              "12:11 anchors (&name) are not allowed",
              "13:10 expected a string for 'run', found the boolean true",
              "14:16 there is a second colon on this line",
              "16:20 the key 'name' is given twice",
          });
}

TEST_CASE("mistakes in characters are told at once") {
    CHECK(messages("retouch: 1\x01\nname: \xe2\x80\xa8 b\n# \x7f\n") ==
          std::vector<std::string>{"1:11 the control character U+0001 is not allowed",
                                   "2:7 the line separator U+2028 is not allowed",
                                   "3:3 the control character U+007F is not allowed"});
}
