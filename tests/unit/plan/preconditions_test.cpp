// A saved plan against the catalog: what moved is told, and what a plan says of images, or takes
// from them, is what planning gives. Nothing a real plan says is refused.

#include "plan/preconditions.hpp"

#include "plan/planner.hpp"
#include "plan/saved_plan.hpp"
#include "retouch/error.hpp"
#include "support/memory_catalog.hpp"
#include "support/recipes.hpp"

#include <catch2/catch.hpp>

#include <functional>

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

    World() { catalog.put(image("a", "debian", "1")); }

    Plan plan(const std::string &text = k_recipe, plan::PlanOptions options = {}) {
        return plan::resolve_plan(recipes.check(text), catalog, options);
    }

    /// Puts the image that applying `plan` would have made, called `id`, and hides the source.
    void pretend_applied(const Plan &plan, const std::string &id) {
        const Target &target = plan.targets.at(0);
        Image made = generation(id, target.publish.name, "2", "web", target.source.id);
        made.properties[lineage::k_source_digest] = target.source.digest;
        made.properties[lineage::k_fingerprint] = target.fingerprint;
        for (const auto &[name, value] : target.properties.keep)
            made.properties[name] = value;
        made.properties["os_distro"] = "debian";
        made.tags = target.publish.tags;
        catalog.put(made);
        change(target.source.id, [](ImageChange &hide) { hide.hidden = true; });
    }

    void change(const std::string &id, const std::function<void(ImageChange &)> &edit) {
        ImageChange wanted;
        wanted.id = id;
        edit(wanted);
        catalog.apply(wanted);
    }

    /// What is said against the first target; empty when nothing is.
    [[nodiscard]] std::string complaint(const Plan &plan, ErrorKind kind = ErrorKind::stale) const {
        try {
            plan::require_unchanged(plan, 0, catalog);
            return {};
        } catch (const Error &error) {
            CHECK(error.kind() == kind);
            return error.what();
        }
    }
};

std::string changed(const std::string &from, const std::string &to) {
    const std::string text = k_recipe;
    return std::string(text).replace(text.find(from), from.size(), to);
}

} // namespace

TEST_CASE("preconditions: a stale plan is refused, naming everything that moved", "[plan]") {
    World world;
    const Plan plan = world.plan(k_recipe);
    REQUIRE(world.complaint(plan) == "");
    const auto complaint = [&] { return world.complaint(plan); };
    SECTION("an image of the name appeared") {
        world.catalog.put(image("b", "debian", "2"));
        CHECK(complaint() == "the plan is stale; since it was made\n  image b 'debian' appeared");
    }
    SECTION("one that appeared is told with its maker") {
        Image by_recipe = image("b", "debian", "2");
        by_recipe.properties[lineage::k_recipe] = "other";
        by_recipe.created_at = "2030-01-01T00:00:00.000000Z";
        world.catalog.put(by_recipe);
        CHECK(complaint() == "the plan is stale; since it was made\n"
                             "  image b 'debian' appeared, made by the recipe 'other' at "
                             "2030-01-01T00:00:00.000000Z");
    }
    SECTION("the source is gone") {
        world.catalog.remove("a");
        CHECK(complaint() == "the plan is stale; since it was made\n  image a 'debian' is gone");
    }
    SECTION("the source's record changed") {
        ImageChange change{};
        change.id = "a";
        change.properties["x"] = "y";
        world.catalog.apply(change);
        CHECK(complaint() == "the plan is stale; since it was made\n  image a 'debian' was changed "
                             "at 2030-01-01T00:00:00.000001Z; the plan knows it as of 1");
    }
}

TEST_CASE("preconditions: no plan that was made is refused", "[plan]") {
    struct Case {
        const char *what;
        std::function<Plan(World &)> make;
    };

    const auto applied = [](World &world) { world.pretend_applied(world.plan(), "g1"); };
    const std::vector<Case> cases = {
        {"nothing is there yet", [](World &world) { return world.plan(); }},
        {"another name, every field chosen",
         [](World &world) {
             return world.plan(std::string(k_recipe) +
                               "publish: { name: web, visibility: shared, tags: [b, a], min_disk: "
                               "3, min_ram: 4, protected: true, previous: deactivate, lineage: "
                               "keep }\n");
         }},
        {"the source has what no recipe could choose",
         [](World &world) {
             Image odd = image("b", "odd\x1b", "2");
             odd.tags = {"a\u202eb", "c "};
             odd.min_disk_gib = std::int64_t{1} << 40;
             odd.properties = {{"p\n", "v\x1b"}, {"owner_specified.shade.\n", "x"}, {"size", "1"}};
             world.catalog.put(odd);
             return world.plan(changed("debian", "\"odd\\e\""));
         }},
        {"the source has what the recipe, the catalog and retouch leave behind",
         [](World &world) {
             world.change("a", [](ImageChange &change) {
                 change.tags = {{"managed_by:osism", "lts", "managed_by_\u202e"}};
                 change.properties = {{"img_signature", "s"}, {"p\n", "x"}, {"owner_x", "y"}};
             });
             return world.plan(std::string(k_recipe) + "drop_properties: [\"p*\"]\n",
                               {.drop_properties = {"owner_*"}});
         }},
        {"what is there already loses properties",
         [&](World &world) {
             applied(world);
             world.change("g1", [](ImageChange &change) {
                 change.properties = {{"p\n", "x"}, {"owner_x", "y"}};
             });
             return world.plan(std::string(k_recipe) + "drop_properties: [\"p*\"]\n",
                               {.drop_properties = {"owner_*"}});
         }},
        {"it was made already",
         [&](World &world) {
             applied(world);
             return world.plan();
         }},
        {"it was made, and its source is gone",
         [&](World &world) {
             applied(world);
             world.catalog.remove("a");
             return world.plan(changed("os_distro: debian", "os_distro: null"));
         }},
        {"the recipe changed",
         [&](World &world) {
             applied(world);
             return world.plan(changed("hello", "hullo"));
         }},
        {"the recipe changed, the source is gone, the generation is built on",
         [&](World &world) {
             applied(world);
             world.catalog.remove("a");
             return world.plan(changed("hello", "hullo"), {.from_current = true});
         }},
        {"what was built on a generation is built again",
         [&](World &world) {
             applied(world);
             world.catalog.remove("a");
             const std::string text = changed("hello", "hullo");
             world.pretend_applied(world.plan(text, {.from_current = true}), "g2");
             return world.plan(changed("hello", "hallo"));
         }},
        {"properties and fields converge, an image beside it is renamed",
         [&](World &world) {
             applied(world);
             world.change("a", [](ImageChange &show) { show.hidden = false; });
             return world.plan(changed("os_distro: debian", "os_distro: null, x: z") +
                               "publish: { previous: rename, tags: [a], visibility: public }\n");
         }},
        {"an earlier image is still to be detached",
         [&](World &world) {
             applied(world);
             world.change(
                 "g1", [](ImageChange &made) { made.properties[lineage::k_detach] = "pending"; });
             return world.plan();
         }},
        {"made on a day before",
         [](World &world) {
             Plan plan = world.plan(std::string(k_recipe) + "publish: { previous: rename }\n");
             plan.targets[0].publish.superseded.at(0).new_name = "debian-20250131-2";
             return plan;
         }},
        {"in a cloud, by a host that can only upload",
         [](World &world) {
             world.catalog.set_way({PublishMethod::upload, "no Ceph cluster is configured here"});
             Plan plan = world.plan();
             world.catalog.set_way({PublishMethod::location, "this endpoint shows locations"});
             return plan;
         }},
    };
    for (const Case &real : cases) {
        CAPTURE(real.what);
        World world;
        const Plan plan = real.make(world);
        CHECK(world.complaint(plan) == "");
    }
}

TEST_CASE("preconditions: what a plan says of images is what their records say", "[plan]") {
    struct Case {
        std::function<void(Target &)> forge;
        const char *said;
    };

    const std::vector<Case> cases = {
        {[](Target &target) {
             target.source.name = target.publish.name = "\u202e";
             target.observed.at(0).name = target.publish.superseded.at(0).image.name = "\u202e";
         },
         "\n  image a is called 'debian', but '\\u{202e}' in the plan"},
        {[](Target &target) {
             target.source.name = target.publish.name = "\u202e";
             target.observed.clear();
             target.publish.superseded.clear();
         },
         "\n  image a is called 'debian', but '\\u{202e}' in the plan"},
        {[](Target &target) { target.source.digest = "md5:00"; },
         "\n  image a has the contents sha512-used:digest-of-a, but md5:00 in the plan"},
        {[](Target &target) { target.source.id = "b"; }, "\n  image b 'debian' is gone"},
        {[](Target &target) { target.observed.at(0).updated_at = "0"; },
         "\n  image a 'debian' was changed at 1; the plan knows it as of 0"},
        {[](Target &target) {
             target.present = ImageReference{"c", "other", "x:1", "1"};
         },
         "\n  image c has the contents sha512-used:digest-of-c, but x:1 in the plan"},
    };
    for (const Case &wrong : cases) {
        CAPTURE(wrong.said);
        World world;
        world.catalog.put(image("c", "other", "1"));
        Plan plan = world.plan();
        wrong.forge(plan.targets.at(0));
        CHECK(world.complaint(plan) ==
              std::string("the plan is stale; since it was made") + wrong.said);
    }
}

TEST_CASE("preconditions: what follows from the catalog is planned again, and compared", "[plan]") {
    struct Case {
        bool made; ///< a generation is there
        std::function<void(Target &)> forge;
        const char *said;
    };

    const auto reference = [](const char *id, const char *name) {
        return ImageReference{id, name, std::string("sha512-used:digest-of-") + id, "1"};
    };
    const std::vector<Case> cases = {
        {false, [](Target &target) { target.publish.owner = "me"; },
         "publish.owner: \"me\" in the plan, but \"\""},
        {false, [](Target &target) { target.publish.members = {{"me"}}; },
         "publish.members: [{\"project\":\"me\",\"status\":\"pending\"}] in the plan, but []"},
        {false, [](Target &target) { target.publish.disk_format = "qcow2"; },
         "publish.disk_format: \"qcow2\" in the plan, but \"raw\""},
        {false, [](Target &target) { target.publish.container_format = "ova"; },
         "publish.container_format: \"ova\" in the plan, but \"bare\""},
        {false, [](Target &target) { target.publish.way.method = PublishMethod::upload; },
         "publish.way.method: \"upload\" in the plan, but \"local\""},
        {false,
         [](Target &target) {
             target.publish.tags = {"b", "a"};
         },
         "publish.tags[0]: \"b\" in the plan, but \"a\"\n  targets[0].publish.tags[1]: \"a\" in "
         "the "
         "plan, but \"b\""},
        {false, [](Target &target) { target.properties.keep["new"] = "x"; },
         "properties.keep.new: \"x\" in the plan, but nothing"},
        {false, [](Target &target) { target.properties.keep["hw"] = "other"; },
         "properties.keep.hw: \"other\" in the plan, but \"virtio\""},
        {false, [](Target &target) { target.properties.keep.clear(); },
         "properties.keep.hw: nothing in the plan, but \"virtio\""},
        {false, [](Target &target) { target.properties.remove.push_back("none"); },
         "properties.remove: [\"none\"] in the plan, but []"},
        {false, [](Target &target) { target.properties.drop = {"h*"}; },
         "properties.remove: [] in the plan, but [\"hw\"]\n  targets[0].properties.keep.hw: "
         "\"virtio\" in the plan, but nothing\n  targets[0].properties.reasons.hw: nothing in the "
         "plan, but \"dropped by 'h*'\""},
        {false, [](Target &target) { target.properties.before["os_distro"] = "x"; },
         "properties.before.os_distro: \"x\" in the plan, but nothing"},
        {false, [](Target &target) { target.publish.superseded.clear(); },
         "publish.superseded: [] in the plan, but [{\"image\":{\"id\":\"a\",\"name\":\"debian\","
         "\"digest\":\"sha512-used:digest-of-a\",\"updated_at\":\"1\",\"owner\":\"\"},..."},
        {false, [](Target &target) { target.publish.superseded.at(0).new_name = "c"; },
         "publish.superseded[0].new_name: \"c\" in the plan, but \"\""},
        {false, [&](Target &target) { target.observed.push_back(reference("c", "other")); },
         "observed: [{\"id\":\"a\",\"name\":\"debian\",\"digest\":\"sha512-used:digest-of-a\","
         "\"updated_at\":\"1\",\"owner\":\"\"},{\"id\":\"c\"... in the plan, but "
         "[{\"id\":\"a\",\"name\":\"debian\",\"digest\":\"sha512-used:digest-of-a\","
         "\"updated_at\":\"1\",\"owner\":\"\"}]"},
        {false, [](Target &target) { target.detach = {"c"}; },
         "detach: [\"c\"] in the plan, but []"},
        {false, [&](Target &target) { target.present = reference("c", "other"); },
         "present: {\"id\":\"c\",\"name\":\"other\",\"digest\":\"sha512-used:digest-of-c\","
         "\"updated_at\":\"1\",\"owner\":\"\"} in the plan, but null"},
        {false, [](Target &target) { target.publish.changed_fields = {PublishField::hidden}; },
         "publish.changed_fields: [\"hidden\"] in the plan, but []"},
        {true, [](Target &target) { target.publish.changed_fields = {PublishField::hidden}; },
         "publish.changed_fields: [\"hidden\"] in the plan, but []"},
        {true, [](Target &target) { target.properties.set["os_distro"] = "debian"; },
         "properties.set.os_distro: \"debian\" in the plan, but nothing"},
        {true, [](Target &target) { target.publish.lineage = LineagePolicy::keep; },
         "publish.lineage: \"keep\" in the plan, but \"detach\""},
    };
    for (const Case &wrong : cases) {
        CAPTURE(wrong.said);
        World world;
        world.catalog.remove("a");
        Image source = image("a", "debian", "1");
        source.properties["hw"] = "virtio";
        world.catalog.put(source);
        world.catalog.put(image("c", "other", "1"));
        if (wrong.made)
            world.pretend_applied(world.plan(), "g1");
        Plan plan = world.plan();
        wrong.forge(plan.targets.at(0));
        std::string said = world.complaint(plan);
        const std::string before = "the plan does not fit the catalog: it is stale, or was not "
                                   "made from it\n  targets[0].";
        CHECK(said.substr(0, before.size()) == before);
        CHECK(said.substr(std::min(before.size(), said.size())) == wrong.said);
    }
}

TEST_CASE("preconditions: an image that the recipe did not make is not changed", "[plan]") {
    World world;
    world.catalog.put(image("c", "debian-12", "1"));
    world.pretend_applied(world.plan(), "g1");
    Plan plan = world.plan();
    Target &target = plan.targets.at(0);
    REQUIRE(target.action == Action::none);
    target.action = Action::update;
    target.present = ImageReference{"c", "debian-12", "sha512-used:digest-of-c", "1"};
    target.observed.push_back(*target.present);
    target.properties.set["x"] = "y";
    target.publish.name = "debian-12";
    const std::string said = world.complaint(plan);
    CHECK(said.find("targets[0].action: \"update\" in the plan, but \"create\"") != said.npos);
    CHECK(said.find("targets[0].present: {\"id\":\"c\"") != said.npos);
}

TEST_CASE("preconditions: a former image is renamed to a free name with a date, to no other",
          "[plan]") {
    for (const std::string name :
         {"debian-12", "debian-2025013", "debian-20250131-", "Debian-20250131", "debian-20250131x",
          "debian-20250131-2x", "taken"}) {
        CAPTURE(name);
        World world;
        Plan plan = world.plan(std::string(k_recipe) + "publish: { previous: rename }\n");
        plan.targets[0].publish.superseded.at(0).new_name =
            name == "taken" ? "debian-20250131" : name;
        if (name == "taken")
            world.catalog.put(image("c", "debian-20250131", "1"));
        CHECK(world.complaint(plan).find("targets[0].publish.superseded[0].new_name: ") !=
              std::string::npos);
    }
}

TEST_CASE("preconditions: what differs from the record was chosen, and a recipe could choose it",
          "[plan]") {
    struct Case {
        std::function<void(PublishPlan &)> forge;
        const char *said;
    };

    const std::vector<Case> cases = {
        {[](PublishPlan &publish) {
             publish.tags = {"a\u202eb", "new"};
         },
         "tags[0]: an entry of 'tags' may not hold the character \\u{202e}, found 'a\\u{202e}b'"},
        {[](PublishPlan &publish) { publish.name = "new\u202e"; },
         "name: 'name' may not hold the character \\u{202e}, found 'new\\u{202e}'"},
        {[](PublishPlan &publish) { publish.min_disk_gib = std::int64_t{1} << 40; },
         "min_disk: 'min_disk' must be at most 2147483647, found 1099511627776"},
    };
    for (const Case &wrong : cases) {
        CAPTURE(wrong.said);
        World world;
        Image odd = image("b", "odd", "2");
        odd.tags = {"a\u202eb"};
        world.catalog.put(odd);
        Plan plan = world.plan(changed("debian", "odd"));
        wrong.forge(plan.targets.at(0).publish);
        CHECK(world.complaint(plan, ErrorKind::invalid) ==
              std::string("the plan is not acceptable: targets[0].publish.") + wrong.said);
    }
}

TEST_CASE(
    "preconditions: a newer image of the name that is asked for makes a plan stale also where "
    "the source has lost that name",
    "[plan]") {
    World world;
    // An earlier version of the recipe published under the source's name, and renamed the source.
    Image made = generation("b", "debian", "2", "web", "a");
    made.properties[lineage::k_source_digest] = "md5:a";
    world.catalog.put(made);
    world.change("a", [](ImageChange &rename) { rename.name = "debian-20260101"; });
    const std::string recipe = std::string(k_recipe) + "publish: { name: web }\n";
    const Plan plan = world.plan(recipe);
    REQUIRE(plan.targets.at(0).source.id == "a");
    CHECK(plan.targets.at(0).asked_source == AskedSource{"debian", ""});
    Plan saved = plan_from_json(to_json(plan).dump());
    plan::restore_steps(saved);
    CHECK(saved == plan);
    CHECK(world.complaint(saved).empty());

    SECTION("another image of that name that the recipe would not choose leaves it as it is") {
        world.catalog.put(image("old", "debian", "0"));
        CHECK(world.plan(recipe).targets.at(0).source.id == "a");
        CHECK(world.complaint(saved).empty());
    }
    SECTION("one that it would choose") {
        world.catalog.put(image("c", "debian", "3"));
        REQUIRE(world.plan(recipe).targets.at(0).source.id == "c");
        CHECK(world.complaint(saved) == "the plan is stale; since it was made\n"
                                        "  the source 'debian' is image c now, but a in the plan");
    }
    SECTION("two of which it could not choose") {
        world.catalog.put(image("c", "debian", "3"));
        world.catalog.put(image("d", "debian", "4"));
        CHECK(
            world.complaint(saved) ==
            "the plan is stale; since it was made\n"
            "  the source 'debian' cannot be chosen any more: the source 'debian' is ambiguous: 2 "
            "images have that name\n  c  debian  created 3\n  d  debian  created 4");
    }
    SECTION("a plan of before, which does not tell the name, is read as it was meant") {
        Plan before = plan;
        before.targets.at(0).asked_source.reset();
        CHECK(world.complaint(before).empty());
    }
}
