// One document for all plans of a call.

#include "base/text.hpp"
#include "render/markdown/plan_markdown.hpp"
#include "render/plan_summary.hpp"
#include "unit/render/golden.hpp"
#include "unit/render/printable.hpp"
#include "unit/render/rehearsals.hpp"
#include "unit/render/samples.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;

namespace {

Plan numbered(Plan plan, int number) {
    plan.targets.front().recipe.path = fmt::format("recipes/{:02}.yaml", number);
    plan.targets.front().publish.name = fmt::format("image-{:02}", number);
    return plan;
}

render::RecipeFailure lost(int number) {
    return {fmt::format("recipes/{:02}.yaml", number), "lost", "the catalog has no image 'x'",
            "did you mean 'y'?", 1};
}

std::size_t count(const std::string &text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

/// Plans of so many recipes, the last of which fails.
render::PlansMarkdown document_of(const Plan &plan, int recipes) {
    render::PlansMarkdown document(static_cast<std::size_t>(recipes));
    for (int i = 1; i < recipes; ++i)
        document.add(numbered(plan, i));
    document.add(lost(recipes));
    return document;
}

} // namespace

TEST_CASE("plans markdown: one document with one marker, the failures and a row for each image") {
    render::PlansMarkdown document(4);
    document.add(numbered(plan_without_changes(), 1));
    document.add(lost(2));
    document.add(numbered(violating_plan(), 3));
    document.add(numbered(plan_to_update(), 4));
    const std::string text = document.text("Failed: 2 of 4 recipes: a, b.");
    CHECK(text == golden("plans.md", text));
}

TEST_CASE("plans markdown: forty images are short enough, and each is there with its steps") {
    const std::string text = document_of(plan_to_create(), 41).text("Failed: 1 of 41.");
    CHECK(text.size() <= render::k_markdown_bytes);
    CHECK(count(text, "<!-- retouch:plan") == 1);
    CHECK(text.find("- `recipes/41.yaml`: the catalog has no image 'x'\n") != std::string::npos);
    for (int i = 1; i <= 40; ++i) {
        CHECK(count(text, fmt::format("| `recipes/{0:02}.yaml` | `image-{0:02}` | create", i)) ==
              1);
        CHECK(count(text, fmt::format("<details><summary>image-{:02}: create", i)) == 1);
    }
    CHECK(count(text, "| `write /etc/motd` |") == 40);
}

TEST_CASE("plans markdown: whatever is cut, who failed and every image of hundreds stay") {
    for (const Plan &plan : {kinds_plan(), upgrade_plan(), plan_to_create()})
        for (const int recipes : {10, plan == plan_to_create() ? 200 : 50}) {
            const std::string text = document_of(plan, recipes).text("Failed: 1.");
            CHECK(text.size() <= render::k_markdown_bytes);
            CHECK(text.find(lost(recipes).message) != std::string::npos);
            for (int i = 1; i < recipes; ++i)
                CHECK(text.find(fmt::format("| `image-{:02}` | create", i)) != std::string::npos);
        }
}

TEST_CASE("plans markdown: where diffs alone are too long, only the longest ones go") {
    Plan large = plan_to_create();
    std::string diff;
    for (int i = 0; i < 199; ++i)
        diff += "+" + std::string(400, 'x') + "\n";
    large.targets.front().steps.front().change.diff = diff;
    render::PlansMarkdown document(2);
    document.add(numbered(plan_to_create(), 1));
    document.add(numbered(large, 2));
    const std::string text = document.text("Plan: ...");
    CHECK(text.size() <= render::k_markdown_bytes);
    CHECK(text.find("+new words") != std::string::npos);
    CHECK(text.find("xxxx") == std::string::npos);
    CHECK(count(text, "> Diffs are left out here; all of it: --format json\n") == 1);
}

TEST_CASE("plans markdown: a recipe without a plan is a document, too") {
    render::PlansMarkdown document(1);
    document.add(lost(1));
    CHECK(document.text("Failed: 1 of 1 recipe: recipes/01.yaml (no plan).") ==
          "<!-- retouch:plan:lost -->\n### No plan\n\n"
          "Failed: 1 of 1 recipe: recipes/01.yaml (no plan).\n\n"
          "- `recipes/01.yaml`: the catalog has no image 'x'\n  (did you mean 'y'?)\n");
}

TEST_CASE("plans markdown: nothing from outside becomes markup") {
    render::PlansMarkdown document(2);
    document.add(hostile_plan());
    const std::string hostile = "a\x1b[31m`b`|<script>\n# c</details>";
    document.add({hostile, hostile, hostile, hostile, 1});
    const std::string text = document.text("Failed: x");
    CHECK(is_printable(text));
    CHECK(text.find("\n# c") == std::string::npos);
    CHECK(count(text, "<script") == count(render::plan_markdown(hostile_plan()), "<script") + 1);
}

TEST_CASE("recipe failure: as JSON") {
    CHECK(render::to_json(lost(7)) == Json::parse(R"({"format_version": "1.0",
        "recipe": {"path": "recipes/07.yaml", "name": "lost"},
        "error": {"message": "the catalog has no image 'x'", "hint": "did you mean 'y'?",
                  "exit_code": 1}})"));
}
