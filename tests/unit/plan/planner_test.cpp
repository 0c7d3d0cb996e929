// Plans over a catalog and a guest in memory: what is decided, and that nothing is written.

#include "plan/planner.hpp"

#include "plan/fingerprint.hpp"
#include "retouch/error.hpp"
#include "support/memory_catalog.hpp"
#include "support/memory_guest.hpp"
#include "support/recipes.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr const char *k_recipe = R"(retouch: 1
name: web
source: { image: debian }
files:
  - to: /etc/motd
    content: "hello\n"
properties: { os_distro: debian }
)";

struct World {
    RecipeDirectory recipes;
    MemoryCatalog catalog;
    int opened = 0;

    World() { catalog.put(image("a", "debian", "1")); }

    Plan plan(const std::string &text, PlanOptions options = {}) {
        return make_plan(recipes.check(text), catalog, options, [this](const Disk &) {
            ++opened;
            return std::make_unique<MemoryGuest>();
        });
    }
};

/// What apply would have left behind.
void pretend_applied(World &world, const Plan &plan) {
    const Target &target = plan.targets.at(0);
    Image made = generation("g1", target.publish.name, "2", "web", target.source.id);
    made.properties[lineage::k_fingerprint] = target.fingerprint;
    made.properties["os_distro"] = "debian";
    world.catalog.put(made);
    ImageChange hide;
    hide.id = "a";
    hide.hidden = true;
    world.catalog.apply(hide);
}

} // namespace

TEST_CASE("planner: a first plan creates, and foresees each step", "[plan]") {
    World world;
    const Plan plan = world.plan(k_recipe);
    const Target &target = plan.targets.at(0);
    CHECK(target.action == Action::create);
    CHECK(target.reason == "no generation of this recipe is there yet");
    CHECK(target.source.id == "a");
    CHECK_FALSE(target.present);
    CHECK(target.fingerprint.starts_with("sha256:"));
    REQUIRE(target.steps.size() == 1);
    CHECK(target.steps[0].change.state == StepState::change);
    CHECK(target.properties.set == std::map<std::string, std::string>{{"os_distro", "debian"}});
    CHECK(target.publish.name == "debian");
    REQUIRE(target.publish.superseded.size() == 1);
    CHECK(target.publish.superseded[0].image.id == "a");
    CHECK(target.publish.superseded[0].policy == PreviousPolicy::hide);
    CHECK(world.opened == 1);
}

TEST_CASE("planner: planning changes nothing in the catalog", "[plan]") {
    World world;
    (void)world.plan(k_recipe);
    CHECK(world.catalog.changes() == 0);
}

TEST_CASE("planner: the same inputs give the same plan, byte for byte", "[plan]") {
    World world;
    CHECK(to_json(world.plan(k_recipe)).dump() == to_json(world.plan(k_recipe)).dump());
}

TEST_CASE("planner: a plan survives being saved and read", "[plan]") {
    World world;
    const Plan plan = world.plan(k_recipe);
    CHECK(plan_from_json(to_json(plan).dump(2)) == plan);
}

TEST_CASE("planner: with the fingerprint present there is nothing to do and no guest", "[plan]") {
    World world;
    pretend_applied(world, world.plan(k_recipe));
    world.opened = 0;
    const Plan plan = world.plan(k_recipe);
    CHECK(plan.targets.at(0).action == Action::none);
    CHECK_FALSE(plan.has_changes());
    CHECK(world.opened == 0);

    SECTION("also when the original was removed") {
        world.catalog.remove("a");
        CHECK(world.plan(k_recipe).targets.at(0).action == Action::none);
    }
    SECTION("a changed property converges in place") {
        const Target target = world.plan(std::string(k_recipe) + "  # more\n").targets.at(0);
        CHECK(target.action == Action::none);
        const std::string text = std::string(k_recipe).replace(
            std::string(k_recipe).find("os_distro: debian"), 17, "os_distro: Debian");
        const Target changed = world.plan(text).targets.at(0);
        CHECK(changed.action == Action::update);
        CHECK(changed.properties.set ==
              std::map<std::string, std::string>{{"os_distro", "Debian"}});
        CHECK(changed.properties.before ==
              std::map<std::string, std::string>{{"os_distro", "debian"}});
        CHECK(world.opened == 0);
    }
    SECTION("a changed publish field converges in place") {
        const Target target =
            world.plan(std::string(k_recipe) + "publish: { visibility: public }\n").targets.at(0);
        CHECK(target.action == Action::update);
        CHECK(target.publish.changed_fields == std::vector<std::string>{"visibility"});
    }
    SECTION("a generation that was hidden by hand comes back, the original goes") {
        ImageChange hide{};
        hide.id = "g1";
        hide.hidden = true;
        ImageChange show{};
        show.id = "a";
        show.hidden = false;
        world.catalog.apply(hide);
        world.catalog.apply(show);
        const Target target = world.plan(k_recipe).targets.at(0);
        CHECK(target.action == Action::update);
        CHECK(target.publish.changed_fields == std::vector<std::string>{"hidden"});
        REQUIRE(target.publish.superseded.size() == 1);
        CHECK(target.publish.superseded[0].image.id == "a");
    }
    SECTION("an original that is visible beside it is put aside") {
        ImageChange show{};
        show.id = "a";
        show.hidden = false;
        world.catalog.apply(show);
        const Target target = world.plan(k_recipe).targets.at(0);
        CHECK(target.action == Action::update);
        CHECK(target.reason ==
              "contents are as the recipe says; an image it replaced is visible beside it");
        CHECK(target.publish.changed_fields.empty());
        REQUIRE(target.publish.superseded.size() == 1);
        CHECK(target.publish.superseded[0].image.id == "a");
        CHECK(world.plan(std::string(k_recipe) + "publish: { previous: keep }\n")
                  .targets.at(0)
                  .action == Action::none);
    }
    SECTION("a changed recipe builds from the original again") {
        const std::string text =
            std::string(k_recipe).replace(std::string(k_recipe).find("hello"), 5, "hullo");
        const Target target = world.plan(text).targets.at(0);
        CHECK(target.action == Action::create);
        CHECK(target.reason == "the recipe changed");
        CHECK(target.source.id == "a");
        REQUIRE(target.publish.superseded.size() == 1);
        CHECK(target.publish.superseded[0].image.id == "g1");
    }
}

TEST_CASE("planner: a changed recipe without its original says how to go on", "[plan]") {
    World world;
    pretend_applied(world, world.plan(k_recipe));
    world.catalog.remove("a");
    const std::string text =
        std::string(k_recipe).replace(std::string(k_recipe).find("hello"), 5, "hullo");
    try {
        (void)world.plan(text);
        FAIL("planned");
    } catch (const Error &error) {
        CHECK(std::string(error.what()) ==
              "the recipe changed, but the image it was built from (a) is gone");
        CHECK(error.hint() == "build on the present generation g1 with --from-current, or import "
                              "the source again under the name 'debian'");
    }
    const Target target = world.plan(text, {.from_current = true}).targets.at(0);
    CHECK(target.action == Action::create);
    CHECK(target.source.id == "g1");
}

TEST_CASE("planner: an image the recipe did not make keeps the name, and the plan says so",
          "[plan]") {
    World world;
    world.catalog.put(image("other", "web-image", "1"));
    const Target target =
        world.plan(std::string(k_recipe) + "publish: { name: web-image }\n").targets.at(0);
    CHECK(target.publish.superseded.empty());
    CHECK(target.notes ==
          std::vector<std::string>{"image other also bears the name 'web-image' and stays visible: "
                                   "this recipe did not make it"});
}

TEST_CASE("planner: a previous image is renamed to a free name", "[plan]") {
    World world;
    const std::string text = std::string(k_recipe) + "publish: { previous: rename }\n";
    const std::string first = world.plan(text).targets.at(0).publish.superseded.at(0).new_name;
    CHECK(first.starts_with("debian-20"));
    world.catalog.put(image("taken", first, "1"));
    CHECK(world.plan(text).targets.at(0).publish.superseded.at(0).new_name == first + "-2");
}

TEST_CASE("fingerprint: positions, summaries and paths do not count; contents do", "[plan]") {
    RecipeDirectory recipes;
    const auto of = [&](const std::string &text) {
        return fingerprint("digest", recipes.check(text).steps);
    };
    const std::string base = of(k_recipe);
    CHECK(of("# a comment\n" + std::string(k_recipe)) == base);
    CHECK(of(std::string(k_recipe).replace(std::string(k_recipe).find("name: web"), 9,
                                           "name: xyz")) == base);
    CHECK(of(std::string(k_recipe).replace(std::string(k_recipe).find("hello"), 5, "hullo")) !=
          base);
    CHECK(fingerprint("other", recipes.check(k_recipe).steps) != base);
}
