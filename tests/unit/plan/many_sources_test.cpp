// Which images a recipe means that names several.

#include "plan/many_sources.hpp"

#include "retouch/error.hpp"
#include "support/memory_catalog.hpp"
#include "support/recipes.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;
using namespace retouch::test;

namespace {

struct World {
    RecipeDirectory recipes;
    MemoryCatalog catalog;

    World() {
        for (const char *name : {"web-02", "web-01", "db", "web-03"})
            catalog.put(image(name, name, "1"));
    }

    /// Names, or the refusal.
    std::vector<std::string> sources(const std::string &images, const std::string &more = "") {
        const plan::CheckedRecipe checked = recipes.check(
            fmt::format("retouch: 1\nname: r\nsource: {{images: {}}}\n{}", images, more));
        std::vector<std::string> names;
        try {
            for (const plan::CheckedRecipe &one : plan::for_each_source(checked, catalog)) {
                CHECK(one.recipe.source_images.empty());
                names.push_back(one.recipe.source_image);
            }
        } catch (const Error &error) {
            names = {error.what()};
        }
        return names;
    }
};

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("several images: names as written, patterns by name, each once", "[plan]") {
    World world;
    CHECK(world.sources("[db, web-02]") == Names{"db", "web-02"});
    CHECK(world.sources("['web-*']") == Names{"web-01", "web-02", "web-03"});
    CHECK(world.sources("[web-03, 'web-*', 'd?']") == Names{"web-03", "web-01", "web-02", "db"});
    CHECK(world.sources("[unknown]") == Names{"unknown"}); // planning says that it is not there
    CHECK(world.sources("['mail-*']") ==
          Names{"no visible image is called as 'mail-*' in source.images says"});
}

TEST_CASE("several images: hidden ones, and what the recipe published, are not matched", "[plan]") {
    World world;
    Image hidden = image("h", "web-hidden", "1");
    hidden.hidden = true;
    world.catalog.put(hidden);
    world.catalog.put(generation("g1", "web-01 patched", "2", "r", "web-01"));
    world.catalog.put(generation("g2", "web-other", "2", "other", "web-01"));
    CHECK(world.sources("['web-*']", "publish: {name: '${image.name} patched'}\n") ==
          Names{"web-01", "web-02", "web-03", "web-other"});
}

TEST_CASE("several images: published under its source's name, a generation stands for its source",
          "[plan]") {
    World world;
    ImageChange hide;
    hide.id = "web-01";
    hide.hidden = true;
    world.catalog.apply(hide);
    world.catalog.put(generation("g1", "web-01", "2", "r", "web-01"));
    CHECK(world.sources("['web-*']") == Names{"web-01", "web-02", "web-03"});
}

TEST_CASE("several images: those of other projects are not matched by a pattern", "[plan]") {
    World world;
    world.catalog.set_project("ours");
    CHECK(world.sources("['web-*']") ==
          Names{"no visible image is called as 'web-*' in source.images says"});
}
