// Runs that died, and what the next one makes of what they left: forward once an image was handed
// over, back before.

#include "apply/apply.hpp"

#include "base/file.hpp"
#include "plan/lineage.hpp"
#include "retouch/error.hpp"
#include "unit/apply/apply_world.hpp"

#include <fmt/format.h>

using namespace retouch;
using namespace retouch::test;

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
    base::write_file_atomically(active / "20260101T000000Z-dead.jsonl",
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
    apply::recover(world.catalog, world.events);
    CHECK_FALSE(world.catalog.find(begun));
    CHECK_FALSE(world.catalog.find(attached));
    CHECK(world.catalog.find(finished));
    CHECK(world.catalog.find("a"));
    CHECK(world.unfinished_journals().empty());
    CHECK(std::filesystem::exists(world.catalog.state_directory() / "20260101T000000Z-dead.jsonl"));
    world.events.types.clear();
    apply::recover(world.catalog, world.events);
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
                              "this recipe fixes it"});
    CHECK_FALSE(world.catalog.find("a")->hidden);
    CHECK(plan::is_visible(*world.catalog.find(target.image_id)));
    CHECK(world.unfinished_journals().size() == 1);

    world.catalog.fail_aside("");
    SECTION("of the same recipe") {
        CHECK(world.apply().targets.at(0).outcome == TargetOutcome::updated);
        CHECK(world.catalog.find("a")->hidden);
        CHECK(world.apply().targets.at(0).outcome == TargetOutcome::unchanged);
    }
    CHECK(plan::is_visible(*world.catalog.find(target.image_id)));
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
                                               "the next run looks, and continues from there",
                                               made.id)});
    CHECK(plan::is_visible(made));
    CHECK(world.catalog.bytes().contains(made.id));
    CHECK(world.unfinished_journals().size() == 1);
    CHECK(world.apply().targets.at(0).outcome == TargetOutcome::updated);
    CHECK(plan::is_visible(*world.catalog.find(made.id)));
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
    base::write_file_atomically(active / "20260101T000000Z-dead.jsonl",
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
    apply::recover(world.catalog, world.events);
    CHECK(plan::is_visible(*world.catalog.find(k_shown)));
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
        apply::recover(world.catalog, world.events);
        CHECK(world.unfinished_journals().empty());
    }
    SECTION("in another project") {
        leave_journal(world, entries("publish"), "p2");
        apply::recover(world.catalog, world.events);
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
    apply::recover_host(world.catalog, world.events);
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
