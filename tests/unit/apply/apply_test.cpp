// Apply over a catalog and a guest in memory: the properties that must hold whatever happens.

#include "apply/apply.hpp"

#include "base/file.hpp"
#include "model/names.hpp"
#include "plan/lineage.hpp"
#include "retouch/error.hpp"
#include "support/faulty_guest.hpp"
#include "support/memory_catalog.hpp"
#include "support/memory_guest.hpp"
#include "support/recipes.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fmt/format.h>

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr const char *k_recipe = R"(retouch: 1
name: web
source: { image: debian }
files:
  - to: /etc/motd
    content: "hello\n"
  - to: /opt/web/bin/run
    content: "#!/bin/sh\n"
    mode: "0755"
commands:
  - make-it-so
properties: { os_distro: debian }
)";

class Events : public EventSink {
  public:
    void on(const Event &event) override { types.emplace_back(to_string(event.kind)); }

    std::vector<std::string> types;
};

struct World {
    RecipeDirectory recipes;
    MemoryCatalog catalog;
    Events events;
    int command_status = 0;
    int fail_guest_at = 0; ///< 0: never
    int opened = 0;
    std::vector<std::string> unmounted;              ///< in the guest
    std::vector<std::unique_ptr<MemoryGuest>> inner; ///< of faulty guests, which borrow them

    World() { catalog.put(image("a", "debian", "1")); }

    ApplyOptions options() {
        ApplyOptions options;
        options.open_guest = [this](const Disk &, const GuestOptions &, EventSink &) {
            ++opened;
            auto guest = std::make_unique<MemoryGuest>();
            guest->put_file("/bin/sh", "", 0755);
            guest->script("make-it-so", command_status, "done\n");
            guest->mutable_facts().unmounted = unmounted;
            if (fail_guest_at == 0)
                return std::unique_ptr<Guest>(std::move(guest));
            inner.push_back(std::move(guest));
            return std::unique_ptr<Guest>(
                std::make_unique<FaultyGuest>(*inner.back(), fail_guest_at));
        };
        return options;
    }

    Report apply(const std::string &text = k_recipe, const Confirm &confirm = {}) {
        return apply_recipe(recipes.check(text), catalog, options(), confirm, events);
    }

    std::vector<std::filesystem::path> unfinished_journals() {
        std::vector<std::filesystem::path> found;
        const auto directory = catalog.state_directory() / "active";
        if (std::filesystem::exists(directory))
            for (const auto &entry : std::filesystem::directory_iterator(directory))
                found.push_back(entry.path());
        return found;
    }

    /// Nothing but the original, exactly as it was.
    void check_untouched() {
        CHECK(catalog.images() == std::vector<Image>{image("a", "debian", "1")});
        CHECK(catalog.bytes() == std::map<std::string, std::string>{{"a", "bytes of a"}});
        CHECK(catalog.open_stages().empty());
        CHECK(unfinished_journals().empty());
    }
};

} // namespace

TEST_CASE("apply: a recipe is published under its source's name, the source hidden", "[apply]") {
    World world;
    const Report report = world.apply();
    REQUIRE(report.targets.size() == 1);
    const TargetReport &target = report.targets[0];
    CHECK(target.error == "");
    CHECK(target.outcome == TargetOutcome::published);
    CHECK(target.steps.size() == 3);
    const auto made = world.catalog.find(target.image_id);
    REQUIRE(made);
    CHECK(made->name == "debian");
    CHECK(made->status == "active");
    CHECK_FALSE(made->hidden);
    CHECK(made->checksums ==
          std::map<std::string, std::string>{{"sha512-used", "sealed-" + made->id}});
    CHECK(made->property("os_distro") == "debian");
    CHECK(made->property("retouch_recipe") == "web");
    CHECK(made->property("retouch_source") == "a");
    CHECK(made->property("retouch_source_digest") == "sha512-used:digest-of-a");
    CHECK(made->property("retouch_version") == "0.1.0");
    CHECK(world.catalog.find("a")->hidden);
    CHECK(world.catalog.bytes().at("a") == "bytes of a");
    CHECK(world.catalog.open_stages().empty());
    CHECK(world.unfinished_journals().empty());
    CHECK(world.opened == 1);
}

TEST_CASE("apply: applied twice, the second run changes nothing and opens no guest", "[apply]") {
    World world;
    const std::string id = world.apply().targets.at(0).image_id;
    const auto before = world.catalog.images();
    world.opened = 0;
    const Report again = world.apply();
    CHECK(again.targets.at(0).outcome == TargetOutcome::unchanged);
    CHECK(again.targets.at(0).image_id == id);
    CHECK(world.catalog.images() == before);
    CHECK(world.opened == 0);
}

TEST_CASE("apply: then plan is empty", "[apply]") {
    World world;
    (void)world.apply();
    const Plan plan = resolve_plan(world.recipes.check(k_recipe), world.catalog, {});
    CHECK_FALSE(plan.has_changes());
}

TEST_CASE("apply: only a changed property converges the image in place", "[apply]") {
    World world;
    const std::string id = world.apply().targets.at(0).image_id;
    const std::string text = std::string(k_recipe).replace(
        std::string(k_recipe).find("os_distro: debian"), 17, "os_distro: null, x: yy");
    const Report report = world.apply(text);
    CHECK(report.targets.at(0).outcome == TargetOutcome::updated);
    CHECK(report.targets.at(0).image_id == id);
    CHECK(world.catalog.find(id)->property("os_distro") == std::nullopt);
    CHECK(world.catalog.find(id)->property("x") == "yy");
    CHECK(world.apply(text).targets.at(0).outcome == TargetOutcome::unchanged);
}

TEST_CASE("apply: the previous image goes as the recipe says", "[apply]") {
    World world;
    const std::string policy = GENERATE("hide", "rename", "deactivate", "keep");
    CAPTURE(policy);
    const std::string text = std::string(k_recipe) + "publish: { previous: " + policy + " }\n";
    CHECK(world.apply(text).targets.at(0).outcome == TargetOutcome::published);
    const Image previous = world.catalog.find("a").value();
    CHECK(previous.hidden == (policy == "hide"));
    CHECK((previous.name != "debian") == (policy == "rename"));
    CHECK(previous.status == (policy == "deactivate" ? "deactivated" : "active"));
    CHECK(world.apply(text).targets.at(0).outcome == TargetOutcome::unchanged);
}

TEST_CASE("apply: a failed command publishes nothing and names its line", "[apply]") {
    World world;
    world.command_status = 3;
    const Report report = world.apply();
    const TargetReport &target = report.targets.at(0);
    CHECK(target.outcome == TargetOutcome::failed);
    CHECK(target.exit_code == 1);
    CHECK(target.image_id == "");
    CHECK(target.error.find("recipe.yaml:11: run: make-it-so: exited with status 3") !=
          std::string::npos);
    CHECK(target.steps.at(2).result.exit_status == 3);
    world.check_untouched();
}

TEST_CASE("apply: declining changes nothing", "[apply]") {
    World world;
    bool asked = false;
    try {
        (void)world.apply(k_recipe, [&](const Plan &plan) {
            asked = plan.has_changes();
            return false;
        });
        FAIL("applied");
    } catch (const Error &error) {
        CHECK(std::string(error.what()) == "apply was cancelled; nothing was changed");
    }
    CHECK(asked);
    world.check_untouched();
}

TEST_CASE("apply: with nothing to do nobody is asked", "[apply]") {
    World world;
    (void)world.apply();
    const Report report = world.apply(k_recipe, [](const Plan &) -> bool { throw 1; });
    CHECK(report.targets.at(0).outcome == TargetOutcome::unchanged);
}

TEST_CASE("apply: a failure at any write into the guest leaves everything as it was", "[apply]") {
    int failures = 0;
    for (int n = 1;; ++n) {
        World world;
        world.fail_guest_at = n;
        const TargetReport target = world.apply().targets.at(0);
        if (target.outcome == TargetOutcome::published)
            break;
        ++failures;
        CAPTURE(n, target.error);
        CHECK(target.exit_code != 0);
        world.check_untouched();
        REQUIRE(n < 50);
    }
    CHECK(failures >= 5);
}

TEST_CASE("apply: a failure at any change of the catalog leaves it as it was", "[apply]") {
    int failures = 0;
    for (int n = 1;; ++n) {
        World world;
        world.catalog.fail_at(n);
        const TargetReport target = world.apply().targets.at(0);
        if (target.outcome == TargetOutcome::published)
            break;
        ++failures;
        CAPTURE(n, target.error);
        CHECK(target.error.find("injected fault") != std::string::npos);
        world.check_untouched();
        world.catalog.fail_at(0);
        CHECK(world.apply().targets.at(0).outcome == TargetOutcome::published);
        REQUIRE(n < 50);
    }
    CHECK(failures == 5); // stage, seal, publish, create, hand-over
}

TEST_CASE("apply: in a cloud, a failure at any change is undone, or left to the next run",
          "[apply]") {
    const PublishWay way{PublishMethod::location, "this endpoint shows locations"};
    int undone = 0;
    int left = 0;
    for (int n = 1;; ++n) {
        World world;
        world.catalog.set_way(way);
        world.catalog.fail_at(n);
        const TargetReport target = world.apply().targets.at(0);
        world.catalog.fail_at(0);
        CAPTURE(n, target.error, target.notes);
        if (target.outcome == TargetOutcome::published && target.notes.empty())
            break;
        if (target.outcome == TargetOutcome::published) {
            ++left;
            CHECK(target.notes == std::vector<std::string>{fmt::format(
                                      "image {0} still shares data with its source: injected fault "
                                      "in {1}; complete it with: retouch detach {0}",
                                      target.image_id, left == 2 ? "detach" : "apply")});
            CHECK(target.exit_code == 75);
            const Image record = *world.catalog.find(target.image_id);
            CHECK(record.awaits_detaching());
            CHECK(record.is_protected == (left > 1));
            CHECK_FALSE(record.stays_protected());
            CHECK(world.apply().targets.at(0).outcome == TargetOutcome::updated);
            const Image detached = *world.catalog.find(target.image_id);
            CHECK(detached.property("retouch_detach") == std::nullopt);
            CHECK_FALSE(detached.is_protected);
        } else {
            ++undone;
            world.check_untouched();
            CHECK(world.apply().targets.at(0).outcome == TargetOutcome::published);
        }
        CHECK(world.catalog.detached().size() == 1);
        CHECK(world.apply().targets.at(0).outcome == TargetOutcome::unchanged);
        REQUIRE(n < 50);
    }
    CHECK(undone == 6); // stage, reserve, seal, publish, attach, hand-over
    CHECK(left == 3);   // protecting it, detach, taking the mark off
}

TEST_CASE("apply: what a run that died elsewhere left under the name is cleared, no other",
          "[apply]") {
    World world;
    Image left = image("left", "debian", "2");
    left.hidden = true;
    left.properties["retouch_unfinished"] = "a run on another host";
    world.catalog.put(left);
    left.id = "other";
    left.name = "not debian";
    world.catalog.put(left);
    CHECK(world.apply().targets.at(0).outcome == TargetOutcome::published);
    CHECK_FALSE(world.catalog.find("left"));
    CHECK(world.catalog.find("other"));
}

TEST_CASE("apply: a lost lock stops the run before it publishes or hands over", "[apply]") {
    const int lost_at = GENERATE(1, 2);
    World world;
    world.catalog.lose_lock_at(lost_at);
    const TargetReport target = world.apply().targets.at(0);
    CHECK(target.error == "the lock was lost");
    CHECK(target.exit_code == 75);
    world.check_untouched();
}

TEST_CASE(
    "apply: a lock that lapsed and was taken anew stops only who has lost the name to another",
    "[apply]") {
    const int lapsed_at = GENERATE(1, 2);
    CAPTURE(lapsed_at);
    World world;
    SECTION("nothing happened meanwhile") {
        world.catalog.let_lock_lapse_at(lapsed_at, [] {});
        CHECK(world.apply().targets.at(0).outcome == TargetOutcome::published);
    }
    SECTION("another run published") {
        world.catalog.let_lock_lapse_at(lapsed_at, [&world] {
            world.catalog.put(generation("other", "debian", "3", "web", "a"));
        });
        const TargetReport target = world.apply().targets.at(0);
        CHECK(target.error == "what the plan was made from has changed during the run\n"
                              "  image other 'debian' appeared, made by the recipe 'web' at 3");
        CHECK(target.exit_code == 4);
        world.catalog.remove("other");
        world.check_untouched();
    }
}

TEST_CASE("apply: what the machine would mount and could not be is a note of plan and report",
          "[apply]") {
    World world;
    world.unmounted = {"/far of the guest is not mounted: UUID=0000 is not on the image"};
    CHECK(world.apply().targets.at(0).notes == world.unmounted);
    World fresh;
    const Plan first =
        make_plan(fresh.recipes.check(k_recipe), fresh.catalog, {}, [&](const Disk &) {
            auto guest = std::make_unique<MemoryGuest>();
            guest->mutable_facts().unmounted = world.unmounted;
            return guest;
        });
    CHECK(first.targets.at(0).notes == world.unmounted);
}

TEST_CASE("apply: a saved plan does exactly what it says", "[apply]") {
    World world;
    const CheckedRecipe checked = world.recipes.check(k_recipe);
    const Plan plan = resolve_plan(checked, world.catalog, {});
    const Report report = apply_plan(plan, world.catalog, world.options(), {}, world.events);
    CHECK(report.targets.at(0).outcome == TargetOutcome::published);
}

TEST_CASE("apply: a plan that is applied already is said to be, and nothing is done", "[apply]") {
    World world;
    Plan plan = resolve_plan(world.recipes.check(k_recipe), world.catalog, {});
    const Report first = apply_plan(plan, world.catalog, world.options(), {}, world.events);
    const std::string id = first.targets.at(0).image_id;
    const std::vector<Image> images = world.catalog.images();
    ApplyOptions options = world.options();
    options.begin_work = [] { FAIL("there is no work"); };
    for (const char *expiry : {"", "2020-01-01T00:00:00.000000Z"}) {
        plan.expires_at = expiry;
        const Report again = apply_plan(
            plan, world.catalog, options, [](const Plan &) { return false; }, world.events);
        const TargetReport &target = again.targets.at(0);
        CHECK(target.outcome == TargetOutcome::unchanged);
        CHECK(target.exit_code == 0);
        CHECK(target.image_id == id);
        CHECK(target.notes == std::vector<std::string>{"already applied: \"debian\" (" + id + ")"});
        CHECK(world.catalog.images() == images);
    }
    CHECK(world.opened == 1);
}

TEST_CASE("apply: an applied plan is stale once anything else moved", "[apply]") {
    const auto kind_after = [](const std::function<void(World &, const std::string &)> &move) {
        World world;
        const Plan plan = resolve_plan(world.recipes.check(k_recipe), world.catalog, {});
        const Report first = apply_plan(plan, world.catalog, world.options(), {}, world.events);
        move(world, first.targets.at(0).image_id);
        try {
            (void)apply_plan(plan, world.catalog, world.options(), {}, world.events);
        } catch (const Error &error) {
            return std::optional(error.kind());
        }
        return std::optional<ErrorKind>();
    };
    CHECK(kind_after([](World &world, const std::string &) {
              world.catalog.put(image("z", "debian", "9"));
          }) == ErrorKind::stale);
    CHECK(kind_after([](World &world, const std::string &id) {
              ImageChange change;
              change.id = id;
              change.properties["os_distro"] = "other";
              world.catalog.apply(change);
          }) == ErrorKind::stale);
    CHECK(kind_after([](World &world, const std::string &id) { world.catalog.remove(id); }) ==
          ErrorKind::stale);
}

TEST_CASE("apply: consent is asked for before a guest is opened, and only when there is work",
          "[apply]") {
    World world;
    const CheckedRecipe checked = world.recipes.check(k_recipe);
    ApplyOptions options = world.options();
    options.begin_work = [] { throw Error(ErrorKind::usage, "nobody"); };
    CHECK_THROWS_AS(apply_recipe(checked, world.catalog, options, {}, world.events), Error);
    CHECK(world.opened == 0);
    world.check_untouched();
    (void)world.apply();
    const Report report = apply_recipe(checked, world.catalog, options, {}, world.events);
    CHECK(report.targets.at(0).outcome == TargetOutcome::unchanged);
}

TEST_CASE("apply: a second run on the same name waits for nobody: try again", "[apply]") {
    World world;
    bool refused = false;
    (void)world.apply(k_recipe, [&](const Plan &) {
        try {
            World other;
            (void)apply_recipe(world.recipes.check(k_recipe), world.catalog, world.options(), {},
                               world.events);
        } catch (const Error &error) {
            refused = error.kind() == ErrorKind::temporary;
        }
        return true;
    });
    CHECK(refused);
}

TEST_CASE("recovery: what a dead run began is cleared, once, and nothing else", "[apply]") {
    World world;
    const std::string begun = "11111111-1111-4111-8111-111111111111";
    const std::string finished = "22222222-2222-4222-8222-222222222222";
    Image queued = image(begun, "debian", "2");
    queued.status = "queued";
    world.catalog.put(queued);
    const std::string attached = "33333333-3333-4333-8333-333333333333";
    Image active_but_unfinished = image(attached, "debian", "2");
    active_but_unfinished.properties["retouch_unfinished"] = "r";
    world.catalog.put(active_but_unfinished);
    world.catalog.put(image(finished, "debian", "3"));
    const auto active = world.catalog.state_directory() / "active";
    std::filesystem::create_directories(active);
    write_file_atomically(active / "20260101T000000Z-dead.jsonl",
                          R"({"time":"t","entry":"run","run":"r"})"
                          "\n"
                          R"({"time":"t","entry":"stage","id":")" +
                              begun +
                              R"("})"
                              "\n"
                              R"({"time":"t","entry":"stage","id":")" +
                              finished +
                              R"("})"
                              "\n"
                              R"({"time":"t","entry":"stage","id":")" +
                              attached +
                              R"("})"
                              "\n"
                              R"({"time":"t","entry":"pub)");
    recover(world.catalog, world.events);
    CHECK_FALSE(world.catalog.find(begun));
    CHECK_FALSE(world.catalog.find(attached));
    CHECK(world.catalog.find(finished));
    CHECK(world.catalog.find("a"));
    CHECK(world.unfinished_journals().empty());
    CHECK(std::filesystem::exists(world.catalog.state_directory() / "20260101T000000Z-dead.jsonl"));
    world.events.types.clear();
    recover(world.catalog, world.events);
    CHECK(world.events.types.empty());
}

TEST_CASE("apply: an image that could not be put aside is told, and the next run goes on",
          "[apply]") {
    World world;
    world.catalog.fail_aside("it belongs to others");
    const TargetReport target = world.apply().targets.at(0);
    CHECK(target.outcome == TargetOutcome::published);
    CHECK(target.exit_code == 75);
    CHECK(target.notes == std::vector<std::string>{
                              "image a still has its name: it belongs to others; the next run of "
                              "this recipe mends it"});
    CHECK_FALSE(world.catalog.find("a")->hidden);
    CHECK(is_visible(*world.catalog.find(target.image_id)));
    CHECK(world.unfinished_journals().size() == 1);

    world.catalog.fail_aside("");
    SECTION("of the same recipe") {
        CHECK(world.apply().targets.at(0).outcome == TargetOutcome::updated);
        CHECK(world.catalog.find("a")->hidden);
        CHECK(world.apply().targets.at(0).outcome == TargetOutcome::unchanged);
    }
    CHECK(is_visible(*world.catalog.find(target.image_id)));
}

TEST_CASE("apply: a hand-over of which nobody knows is never undone when it was made", "[apply]") {
    World world;
    world.catalog.lose_answer(true);
    const TargetReport target = world.apply().targets.at(0);
    CHECK(target.outcome == TargetOutcome::failed);
    CHECK(target.error == "the answer was lost");
    REQUIRE(world.catalog.images().size() == 2);
    const Image made = world.catalog.images().back();
    CHECK(target.notes ==
          std::vector<std::string>{fmt::format("it is not known whether image {} was published; "
                                               "the next run looks, and goes on from there",
                                               made.id)});
    CHECK(is_visible(made));
    CHECK(world.catalog.bytes().contains(made.id));
    CHECK(world.unfinished_journals().size() == 1);
    CHECK(world.apply().targets.at(0).outcome == TargetOutcome::updated);
    CHECK(is_visible(*world.catalog.find(made.id)));
    CHECK(world.catalog.find("a")->hidden);
}

TEST_CASE("apply: a hand-over of which nobody knows is undone when the mark is seen", "[apply]") {
    World world;
    world.catalog.lose_answer(false);
    CHECK(world.apply().targets.at(0).error == "the answer was lost");
    world.check_untouched();
}

TEST_CASE("apply: what another lock, project or domain has begun is not ours to clear", "[apply]") {
    World world;
    world.catalog.set_domain("fsid/images");
    std::vector<Image> others;
    for (const char *mark :
         {"run", "run@fsid/other/", "run@fsid/images/p2", "run@", "@fsid/images"}) {
        Image other = image(fmt::format("other-{}", others.size()), "debian", "2");
        other.hidden = true;
        other.properties["retouch_unfinished"] = mark;
        others.push_back(other);
    }
    others.push_back(others.front());
    others.back().id = "of-another-project";
    others.back().owner = "p2";
    others.back().properties["retouch_unfinished"] = "run@fsid/images/p2";
    for (const Image &other : others)
        world.catalog.put(other);
    Image ours = others.front();
    ours.id = "ours";
    ours.properties["retouch_unfinished"] = "run@fsid/images/";
    world.catalog.put(ours);
    ours.id = "ours elsewhere";
    ours.properties["retouch_unfinished"] = "run@fsid/images/ in rbd:other";
    world.catalog.put(ours);
    CHECK(world.apply().targets.at(0).outcome == TargetOutcome::published);
    CHECK_FALSE(world.catalog.find("ours"));
    CHECK_FALSE(world.catalog.find("ours elsewhere"));
    for (const Image &other : others)
        CHECK(world.catalog.find(other.id));
}

namespace {

/// A dead run that was at this, by its journal; the run's first line names the project `project`.
void leave_journal(const World &world, const std::string &entries, const char *project = "") {
    const auto active = world.catalog.state_directory() / "active";
    std::filesystem::create_directories(active);
    write_file_atomically(active / "20260101T000000Z-dead.jsonl",
                          fmt::format(R"({{"entry":"run","run":"r","project":"{}"}})"
                                      "\n{}\n",
                                      project, entries));
}

constexpr const char *k_shown = "11111111-1111-4111-8111-111111111111";

} // namespace

TEST_CASE("recovery: a hand-over that had begun goes forward once the mark is off", "[apply]") {
    World world;
    world.catalog.put(image(k_shown, "debian", "2"));
    const std::string old = "22222222-2222-4222-8222-222222222222";
    world.catalog.put(image(old, "debian", "1"));
    leave_journal(world, fmt::format(R"({{"entry":"stage","id":"{0}"}})"
                                     "\n"
                                     R"({{"entry":"hand-over","id":"{0}","aside":[{{"id":"{1}",)"
                                     R"("name":"debian","policy":"hide","new_name":""}},5,)"
                                     R"({{"id":"x","policy":"hide"}}]}})",
                                     k_shown, old));
    recover(world.catalog, world.events);
    CHECK(is_visible(*world.catalog.find(k_shown)));
    CHECK(world.catalog.find(old)->hidden);
    CHECK_FALSE(world.catalog.find("a")->hidden);
    CHECK(world.unfinished_journals().empty());
}

TEST_CASE("recovery: that a record is not seen proves nothing once it was handed over", "[apply]") {
    World world;
    world.catalog.put(image(k_shown, "debian", "2"));
    const auto bytes = world.catalog.bytes();
    world.catalog.hide_from_sight(k_shown);
    const auto entries = [](const char *last) {
        return fmt::format(R"({{"entry":"stage","id":"{0}"}})"
                           "\n"
                           R"({{"entry":"{1}","id":"{0}"}})",
                           k_shown, last);
    };
    SECTION("in the project of the run") {
        leave_journal(world, entries("hand-over"));
        recover(world.catalog, world.events);
        CHECK(world.unfinished_journals().empty());
    }
    SECTION("in another project") {
        leave_journal(world, entries("publish"), "p2");
        recover(world.catalog, world.events);
        CHECK(world.unfinished_journals().size() == 1);
    }
    CHECK(world.catalog.bytes() == bytes);
}

TEST_CASE("apply: nothing of a dead run is cleared before the user has agreed", "[apply]") {
    World world;
    Image queued = image(k_shown, "other", "2");
    queued.status = "queued";
    world.catalog.put(queued);
    leave_journal(world, fmt::format(R"({{"entry":"stage","id":"{}"}})", k_shown));
    recover_host(world.catalog, world.events);
    CHECK_THROWS_AS(world.apply(k_recipe, [](const Plan &) { return false; }), Error);
    CHECK(world.catalog.find(k_shown));
    CHECK(world
              .apply(k_recipe,
                     [&](const Plan &) {
                         CHECK(world.catalog.find(k_shown));
                         return true;
                     })
              .targets.at(0)
              .outcome == TargetOutcome::published);
    CHECK_FALSE(world.catalog.find(k_shown));
}
