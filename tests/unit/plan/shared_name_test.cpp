// Two recipes that publish under one name and do not build on each other.

#include "plan/planner.hpp"
#include "retouch/error.hpp"
#include "support/memory_catalog.hpp"
#include "support/recipes.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;
using namespace retouch::test;

TEST_CASE("planner: two recipes under one name", "[plan]") {
    MemoryCatalog catalog;
    RecipeDirectory recipes;
    catalog.put(image("base", "base", "2026-01-01"));
    const auto target = [&](const std::string &name, const std::string &text,
                            const std::string &source = "base") {
        return plan::resolve_plan(
                   recipes.check(fmt::format("retouch: 1\nname: {}\nsource: {{ image: {} }}\n"
                                             "files: [{{ to: /etc/motd, content: {} }}]\n"
                                             "publish: {{ name: web }}\n",
                                             name, source, text)),
                   catalog, {})
            .targets.at(0);
    };
    const auto refusal = [&](const std::string &name, const std::string &text) {
        try {
            static_cast<void>(target(name, text));
            return std::string();
        } catch (const Error &error) {
            CHECK(error.kind() == ErrorKind::refused);
            return fmt::format("{} / {}", error.what(), error.hint());
        }
    };
    const auto hide = [&](const std::string &id) {
        ImageChange change;
        change.id = id;
        change.hidden = true;
        catalog.apply(change);
    };
    catalog.put(generation("a1", "web", "2026-01-02", "one", "base"));

    // The first image of a recipe, which may have been called otherwise before, comes beside it.
    const Target first = target("two", "x");
    CHECK(first.action == Action::create);
    CHECK(first.notes ==
          std::vector<std::string>{
              "image a1 also has the name 'web' and stays visible: the recipe 'one' made it, on "
              "which this one does not build; if that was this recipe's name before, hide the "
              "image, else give one of the two another publish.name"});
    catalog.put(generation("b1", "web", "2026-01-03", "two", "base"));

    // It goes on, and the one before it does not.
    CHECK(target("two", "new").action == Action::create);
    CHECK(
        refusal("one", "new") ==
        "the recipe 'two' has published image b1 under the name 'web' since this recipe published "
        "image a1: two recipes that do not build on each other cannot share a name / give one of "
        "them another publish.name, let this one build on that (source.image: 'web'), or hide or "
        "remove that image if its recipe is not applied any more");

    SECTION("what was made by hand keeps nobody from it") {
        catalog.put(image("hand", "web", "2026-01-04"));
        CHECK(target("two", "new").action == Action::create);
    }
    SECTION("once the other image is hidden nothing is contested") {
        hide("b1");
        CHECK(target("one", "new").action == Action::create);
    }
    SECTION("a recipe that builds on the other's image replaces it") {
        hide("a1");
        const Target stacked = target("three", "x", "web");
        REQUIRE(stacked.publish.superseded.size() == 1);
        CHECK(stacked.publish.superseded.front().image.id == "b1");
        CHECK(stacked.notes.empty());
    }
}
