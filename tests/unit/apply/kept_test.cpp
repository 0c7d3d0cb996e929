// Kept stages over a catalog and a guest in memory: what was rehearsed is what is published, and
// what is kept ends.

#include "apply/kept.hpp"

#include "apply/rehearsal.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "retouch/error.hpp"
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
commands: [make-it-so]
)";
using Texts = std::vector<std::string>;

class Notices : public EventSink {
  public:
    void on(const Event &event) override {
        if (event.kind == EventKind::notice)
            said.push_back(event.message);
    }

    Texts said;
};

struct World {
    RecipeDirectory recipes;
    MemoryCatalog catalog;
    Notices events;
    int command_status = 0;
    int opened = 0;
    std::string until = base::utc_in(std::chrono::hours(24));

    World() { catalog.put(image("a", "debian", "1")); }

    apply::ApplyOptions options() {
        apply::ApplyOptions options;
        options.open_guest = [this](const Disk &, const GuestOptions &, EventSink &) {
            ++opened;
            auto guest = std::make_unique<MemoryGuest>();
            guest->put_file("/bin/sh", "", 0755);
            guest->script("make-it-so", command_status, "done\n");
            return std::unique_ptr<Guest>(std::move(guest));
        };
        return options;
    }

    /// What `plan --rehearse=keep` does; `saved`: the plan could be saved.
    Plan rehearsed(bool saved = true) {
        Plan plan = plan::resolve_plan(recipes.check(k_recipe), catalog, {});
        apply::KeptStages kept =
            apply::rehearse(plan, catalog, options(), {.keep_until = until}, events);
        if (saved)
            kept.confirm();
        opened = 0;
        return plan;
    }

    TargetReport apply(const Plan &plan) {
        return apply::apply_plan(plan, catalog, options(), {}, events).targets.at(0);
    }

    Texts journals(const char *directory) const {
        Texts names;
        const auto path = catalog.state_directory() / directory;
        if (std::filesystem::exists(path))
            for (const auto &entry : std::filesystem::directory_iterator(path))
                names.push_back(entry.path().filename().string());
        return names;
    }

    /// Nothing but the original image, and one stage that waits.
    void check_kept(const Plan &plan) {
        CHECK(catalog.images() == std::vector<Image>{image("a", "debian", "1")});
        REQUIRE(plan.targets.at(0).kept() != nullptr);
        const std::string id = plan.targets.at(0).kept()->id;
        CHECK(catalog.kept() == std::map<std::string, std::string>{{id, "bytes of a changed"}});
        CHECK(catalog.open_stages() == std::set<std::string>{id});
        CHECK(journals("kept").size() == 1);
        CHECK(journals("active").empty());
    }

    /// Nothing waits any more.
    void check_nothing_kept() {
        CHECK(catalog.kept().empty());
        CHECK(catalog.open_stages().empty());
        CHECK(journals("kept").empty());
        CHECK(journals("active").empty());
    }
};

} // namespace

TEST_CASE("kept: the bytes of the rehearsal are published, and no guest is opened", "[apply]") {
    World world;
    const Plan plan = world.rehearsed();
    world.check_kept(plan);
    world.events.said.clear();
    apply::recover(world.catalog, world.events);
    CHECK(world.events.said.empty());
    world.check_kept(plan);

    const KeptStage &kept = *plan.targets[0].kept();
    CHECK(kept.location == "memory:" + kept.id);
    CHECK(kept.until == world.until);
    const TargetReport report = world.apply(plan);
    CHECK(report.error.empty());
    CHECK(report.outcome == TargetOutcome::published);
    CHECK(world.opened == 0);
    CHECK(report.image_id != kept.id);
    CHECK(world.catalog.bytes().at(report.image_id) == "bytes of a changed");
    const auto made = world.catalog.find(report.image_id);
    REQUIRE(made);
    CHECK(made->name == "debian");
    CHECK(made->size == kept.sealed.size);
    CHECK(made->checksums.at("sha512-used") == "sealed-" + kept.id);
    REQUIRE(report.steps.size() == 1);
    CHECK(report.steps[0].result.out.text == "done\n");
    CHECK(report.notes == Texts{"published the very bytes of the rehearsal of " +
                                plan.targets[0].rehearsal->at + "; no step ran again"});
    world.check_nothing_kept();
    CHECK(world.apply(plan).notes ==
          Texts{"already applied: \"debian\" (" + report.image_id + ")"});
}

TEST_CASE("kept: a rehearsal that failed, or whose plan was not saved, keeps nothing", "[apply]") {
    World world;
    (void)world.rehearsed(false);
    world.check_nothing_kept();
    world.command_status = 1;
    CHECK(world.rehearsed().targets.at(0).kept() == nullptr);
    world.check_nothing_kept();
}

TEST_CASE("kept: bytes that were changed are not published, and stay", "[apply]") {
    World world;
    const Plan plan = world.rehearsed();
    world.catalog.kept().begin()->second = "others";
    const TargetReport report = world.apply(plan);
    CHECK(report.error == "the kept bytes are gone or changed");
    CHECK(report.exit_code == 4);
    CHECK(world.catalog.images() == std::vector<Image>{image("a", "debian", "1")});
    CHECK(world.catalog.kept().size() == 1);
    apply::discard_kept(plan.targets[0], world.catalog);
    world.check_nothing_kept();
    CHECK(world.apply(plan).exit_code == 4);
}

TEST_CASE("kept: what was kept for another plan is neither published nor discarded", "[apply]") {
    World world;
    const Plan plan = world.rehearsed();
    const std::string &id = plan.targets[0].kept()->id;
    Plan other = plan::resolve_plan(world.recipes.check(R"(retouch: 1
name: web
source: { image: debian }
commands: [make-something-else]
)"),
                                    world.catalog, {});
    other.targets[0].rehearsal = plan.targets[0].rehearsal;
    Plan longer = plan;
    longer.targets[0].rehearsal->kept->until = base::utc_in(std::chrono::hours(48));
    const std::string said = "the stage " + id + " was not kept for this plan";
    for (const Plan &forged : {other, longer}) {
        const TargetReport report = world.apply(forged);
        CHECK(report.error == said);
        CHECK(report.exit_code == 4);
        CHECK_THROWS_AS(apply::discard_kept(forged.targets[0], world.catalog), Error);
        world.check_kept(plan);
    }
    CHECK(world.apply(plan).outcome == TargetOutcome::published);
}

TEST_CASE("kept: declined or with the name locked, it stays; discarded twice, it is gone",
          "[apply]") {
    World world;
    const Plan plan = world.rehearsed();
    CHECK_THROWS_AS(
        apply::apply_plan(
            plan, world.catalog, world.options(), [](const Plan &) { return false; }, world.events),
        Error);
    world.check_kept(plan);
    {
        const auto lock = world.catalog.lock("debian", "another run");
        CHECK_THROWS_AS(apply::discard_kept(plan.targets[0], world.catalog), Error);
        CHECK_THROWS_AS(world.apply(plan), Error);
        world.check_kept(plan);
    }
    apply::discard_kept(plan.targets[0], world.catalog);
    world.check_nothing_kept();
    apply::discard_kept(plan.targets[0], world.catalog);
}

TEST_CASE("kept: whatever fails, it is published, still kept, or gone without a trace", "[apply]") {
    int kept = 0;
    int gone = 0;
    for (int n = 1;; ++n) {
        World world;
        world.catalog.set_way({PublishMethod::location, ""});
        const Plan plan = world.rehearsed();
        CAPTURE(n);
        world.catalog.fail_at(n);
        const TargetReport report = world.apply(plan);
        world.catalog.fail_at(0);
        if (report.outcome == TargetOutcome::published)
            break;
        CHECK(world.catalog.images() == std::vector<Image>{image("a", "debian", "1")});
        if (!world.catalog.kept().empty()) {
            ++kept;
            world.check_kept(plan);
            CHECK(report.notes.empty());
            CHECK(world.apply(plan).outcome == TargetOutcome::published);
            continue;
        }
        ++gone;
        CHECK(world.catalog.open_stages().empty());
        CHECK(report.notes == Texts{"the bytes the rehearsal kept were removed with the unfinished "
                                    "image: rehearse again with --rehearse=keep"});
        REQUIRE(n < 50);
    }
    CHECK(kept == 2); // reserve, adopt
    CHECK(gone == 3); // publish, attach, hand-over
}

TEST_CASE("kept: what fails while it is being kept leaves nothing", "[apply]") {
    for (int n = 1; n <= 3; ++n) { // stage, seal, keep
        World world;
        CAPTURE(n);
        world.catalog.fail_at(n);
        CHECK_THROWS_AS(world.rehearsed(), Error);
        world.check_nothing_kept();
    }
}

TEST_CASE("kept: an hour after its plan expired it is cleared, unless the name is locked",
          "[apply]") {
    World world;
    world.until = base::utc_in(-std::chrono::minutes(59));
    Plan plan = world.rehearsed();
    apply::recover(world.catalog, world.events);
    world.check_kept(plan);
    plan.expires_at = world.until;
    try {
        (void)world.apply(plan);
        FAIL("applied an expired plan");
    } catch (const Error &error) {
        CHECK(error.kind() == ErrorKind::stale);
    }
    apply::discard_kept(plan.targets[0], world.catalog);

    world.until = base::utc_in(-std::chrono::minutes(61));
    plan = world.rehearsed();
    {
        const auto lock = world.catalog.lock("debian", "another run");
        apply::recover(world.catalog, world.events);
        world.check_kept(plan);
    }
    world.events.said.clear();
    apply::recover(world.catalog, world.events);
    world.check_nothing_kept();
    CHECK(world.events.said ==
          Texts{fmt::format("cleared the stage {} kept for 'debian': its plan expired at {}",
                            plan.targets[0].kept()->id, world.until)});
}

TEST_CASE("kept: files that were injected need not be there any more", "[apply]") {
    World world;
    Plan plan = world.rehearsed();
    plan.targets[0].injected.push_back({"/nowhere/to/be/found", std::string(64, '0'), 1});
    CHECK(world.apply(plan).outcome == TargetOutcome::published);
    Plan unkept = plan::resolve_plan(world.recipes.check(k_recipe), world.catalog, {});
    CHECK_FALSE(unkept.has_changes());
}
