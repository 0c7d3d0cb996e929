// Variables in recipes: where they count, where they do not, and what they may be.

#include "recipe/load.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;

namespace {

constexpr const char *k_head = "retouch: 1\nname: vars\nsource: {image: base}\n";

recipe::LoadedRecipe load(const std::string &text,
                          const std::map<std::string, std::string> &given = {}) {
    return recipe::load_recipe_text(k_head + text, "r.yaml", recipe::GivenVariables(given));
}

/// "line:column message | hint" of every finding; lines count from the text after the head.
std::string refused(const std::string &text, const std::map<std::string, std::string> &given = {}) {
    const recipe::LoadedRecipe loaded = load(text, given);
    CHECK_FALSE(loaded.recipe);
    std::string out;
    for (const Diagnostic &item : loaded.diagnostics.sorted())
        out += fmt::format("{}{}:{} {}{}{}", out.empty() ? "" : "\n",
                           std::max(item.position.line - 3, 0), item.position.column, item.message,
                           item.hint.empty() ? "" : " | ", item.hint);
    return out;
}

std::string description(const std::string &text,
                        const std::map<std::string, std::string> &given = {}) {
    const recipe::LoadedRecipe loaded = load(text, given);
    REQUIRE(loaded.recipe);
    return loaded.recipe->description;
}

} // namespace

TEST_CASE("variables: references are replaced in every text below the head") {
    const recipe::LoadedRecipe loaded =
        load("vars: {a: x, b_2: 'y z'}\n"
             "properties: {p: '${a}', q: \"-${b_2}-${a}\"}\n"
             "publish: {name: '${a}', tags: [t, '${b_2}']}\n"
             "commands:\n  - run: |\n      echo ${a}\n      true\n");
    REQUIRE(loaded.recipe);
    const Recipe &recipe = *loaded.recipe;
    CHECK(recipe.properties.at("p") == "x");
    CHECK(recipe.properties.at("q") == "-y z-x");
    CHECK(recipe.publish.name == "x");
    CHECK(recipe.publish.tags == std::vector<std::string>{"t", "y z"});
    CHECK(recipe.sections.at(0).value.items.at(0).find("run")->scalar == "echo x\ntrue\n");
}

TEST_CASE("variables: a number is taken as it is written") {
    CHECK(description("vars: {a: 7.10, b: 80, c: -0.5, d: +3}\n"
                      "description: '${a} ${b} ${c} ${d}'\n") == "7.10 80 -0.5 +3");
}

TEST_CASE("variables: --var wins over vars") {
    CHECK(description("vars: {a: x}\ndescription: ${a}\n", {{"a", "given ${a} $${"}}) ==
          "given ${a} $${");
}

TEST_CASE("variables: $${ is a literal ${ and other dollars stand for themselves") {
    CHECK(description("vars: {a: x, b: '$${b}'}\n"
                      "description: '$${a} $a $ $$ $$$${a} ${a}$ ${b} $'\n") ==
          "${a} $a $ $$ $$${a} x$ ${b} $");
}

TEST_CASE("variables: a substituted text stays a string and is never YAML") {
    CHECK(description("vars: {a: 'no', b: '[x, y]'}\ndescription: ${a}\n") == "no");
    CHECK(description("vars: {a: 'x: [y'}\ndescription: ${a} # c\n") == "x: [y");
    CHECK(refused("vars: {a: '1'}\npublish:\n  min_disk: ${a}\n") ==
          "3:13 expected a whole number for 'min_disk', found the string '1' | write min_disk: 1, "
          "without quotes");
}

TEST_CASE("variables: undefined and malformed references are errors at their place") {
    CHECK(refused("vars: {agent: x}\ndescription: a ${agnet} b\n") ==
          "2:16 the variable 'agnet' is not defined | did you mean ${agent}?");
    CHECK(refused("description: ${zz}\n") ==
          "1:14 the variable 'zz' is not defined | declare it under 'vars', or write $${zz} for "
          "the literal text");
    CHECK(refused("description: 'a ${A}'\n") ==
          "1:17 '${A}' is not a variable | write $${ where the text itself, such as a shell "
          "script, holds ${");
}

TEST_CASE("variables: inside brackets a reference needs quotes") {
    CHECK(refused("publish: {name: ${a}}\n") ==
          "1:18 a variable needs quotes inside [ ] and { } | write \"${name}\"");
    CHECK(refused("commands: [echo ${a}]\n") ==
          "1:18 a variable needs quotes inside [ ] and { } | write \"${name}\"");
}

TEST_CASE("variables: what is given but not declared is an error") {
    CHECK(refused("vars:\n  agent: x\n", {{"agnt", "y"}}) ==
          "2:3 the recipe has no variable 'agnt' | did you mean 'agent'?");
    CHECK(refused("description: x\n", {{"a", "y"}}) ==
          "0:0 the recipe has no variable 'a' | declare it under 'vars' with a default value");
    CHECK(refused("vars: {a: x}\n", {{"a", "\xff"}}) ==
          "1:7 the value given for variable 'a' is not acceptable | a value is UTF-8 text of at "
          "most 64 KiB");
}

TEST_CASE("variables: keys, the name and the declarations are left alone") {
    CHECK(load("vars: {a: x}\nproperties: {'${a}': b}\n").recipe->properties.contains("${a}"));
    CHECK(refused("vars: {a: x, b: '${a}'}\n") ==
          "1:18 the value of a variable cannot use variables | write $${a} for the literal text");
}

TEST_CASE("variables: a short recipe cannot make a large one") {
    const std::string value(60'000, 'v');
    CHECK(refused("vars: {a: " + value + "}\ndescription: ${a}${a}${a}${a}${a}\n")
              .starts_with("2:14 variables make this text too long"));
    std::string many = "vars: {a: " + value + "}\ncommands:\n";
    for (int i = 0; i < 900; ++i)
        many += "  - ${a}\n";
    CHECK(refused(many).find("variables make this text too long") != std::string::npos);
}

TEST_CASE("variables: a text with a wrong variable is not also wrong for the schema") {
    CHECK(refused("publish: {previous: '${a}'}\n") ==
          "1:22 the variable 'a' is not defined | declare it under 'vars', or write $${a} for "
          "the literal text");
}
