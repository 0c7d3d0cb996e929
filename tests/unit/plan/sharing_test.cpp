// Sharing: who had accepted an image is not left without it when another takes its name.

#include "plan/drift.hpp"
#include "plan/planner.hpp"
#include "support/memory_catalog.hpp"
#include "support/recipes.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;
using namespace retouch::test;

namespace {

using Members = std::vector<ImageMember>;
using Lines = std::vector<std::string>;

constexpr const char *k_recipe = "retouch: 1\nname: web\nsource: { image: debian }\n"
                                 "commands: [touch /x]\n";

const Members k_answers = {{"lab", "accepted"}, {"new", "pending"}, {"off", "rejected"}};

std::string waiting(const std::string &id) {
    return fmt::format("image {} keeps its name until its members have accepted the new image, as "
                       "only they or an administrator can: lab",
                       id);
}

/// A shared image `a` called debian, and perhaps a generation `g1` made from it.
struct World {
    RecipeDirectory recipes;
    MemoryCatalog catalog;
    plan::CheckedRecipe checked;

    explicit World(const std::string &text = k_recipe) : checked(recipes.check(text)) {
        Image source = image("a", "debian", "1");
        source.visibility = "shared";
        catalog.put(source);
        catalog.set_members("a", k_answers);
    }

    void make_generation(const Members &members) {
        Image made = generation("g1", "debian", "2", "web", "a");
        made.properties[lineage::k_fingerprint] = plan().fingerprint;
        made.visibility = "shared";
        catalog.put(made);
        catalog.set_members("g1", members);
    }

    [[nodiscard]] Target plan() const {
        return plan::resolve_plan(checked, catalog, {}).targets.at(0);
    }
};

Lines superseded(const Target &target) {
    Lines ids;
    for (const Superseded &former : target.publish.superseded)
        ids.push_back(former.image.id);
    return ids;
}

} // namespace

TEST_CASE("sharing: an administrator carries over what each member answered", "[plan]") {
    World world;
    world.catalog.let_accept();
    const Target target = world.plan();
    CHECK(target.publish.members == k_answers);
    CHECK(superseded(target) == Lines{"a"});
    CHECK(target.notes == Lines{});
}

TEST_CASE("sharing: where nobody can accept for them, members keep the image before", "[plan]") {
    const World world;
    const Target target = world.plan();
    CHECK(target.publish.members ==
          Members{{"lab", "pending"}, {"new", "pending"}, {"off", "pending"}});
    CHECK(superseded(target) == Lines{});
    CHECK(target.notes == Lines{waiting("a")});
}

TEST_CASE("sharing: the image before goes once they have accepted the new one", "[plan]") {
    World world;
    SECTION("not yet") {
        world.make_generation({{"lab", "pending"}});
        CHECK(world.plan().action == Action::none);
        CHECK(world.plan().notes == Lines{waiting("a")});
        const DriftReport report = plan::find_drift(world.checked, world.catalog, {}, {});
        CHECK(report.drift.empty());
        CHECK(report.pending ==
              Lines{"image a keeps the name until its members have accepted this one"});
    }
    SECTION("now") {
        world.make_generation({{"lab", "accepted"}});
        CHECK(world.plan().action == Action::update);
        CHECK(superseded(world.plan()) == Lines{"a"});
        CHECK(plan::find_drift(world.checked, world.catalog, {}, {}).drift.size() == 1);
    }
}

TEST_CASE("sharing: members added to and taken from the generation are the next one's", "[plan]") {
    World world;
    world.catalog.let_accept();
    world.make_generation({{"added", "accepted"}});
    plan::CheckedRecipe changed =
        world.recipes.check(std::string(k_recipe) + "properties: { os_distro: x }\n");
    changed.steps.clear(); // other contents: a new image
    const Target target = plan::resolve_plan(changed, world.catalog, {}).targets.at(0);
    CHECK(target.action == Action::create);
    CHECK(target.publish.members == Members{{"added", "accepted"}});
}

TEST_CASE("sharing: an image that is not shared any more has no members", "[plan]") {
    for (const char *visibility : {"public", "private", "community"}) {
        const World world(std::string(k_recipe) +
                          fmt::format("publish: {{ visibility: {} }}\n", visibility));
        const Target target = world.plan();
        CHECK(target.publish.members == Members{});
        CHECK(superseded(target) == Lines{"a"});
    }
}
