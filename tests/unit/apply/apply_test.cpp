// Apply over a catalog and a guest in memory: the properties that must hold whatever happens.

#include "apply/apply.hpp"

#include "plan/lineage.hpp"
#include "retouch/error.hpp"
#include "unit/apply/apply_world.hpp"

#include <fmt/format.h>

using namespace retouch;
using namespace retouch::test;

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
    const Plan plan = plan::resolve_plan(world.recipes.check(k_recipe), world.catalog, {});
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
        plan::make_plan(fresh.recipes.check(k_recipe), fresh.catalog, {}, [&](const Disk &) {
            auto guest = std::make_unique<MemoryGuest>();
            guest->mutable_facts().unmounted = world.unmounted;
            return guest;
        });
    CHECK(first.targets.at(0).notes == world.unmounted);
}

TEST_CASE("apply: a saved plan does exactly what it says", "[apply]") {
    World world;
    const plan::CheckedRecipe checked = world.recipes.check(k_recipe);
    const Plan plan = plan::resolve_plan(checked, world.catalog, {});
    const Report report = apply::apply_plan(plan, world.catalog, world.options(), {}, world.events);
    CHECK(report.targets.at(0).outcome == TargetOutcome::published);
}

namespace {

/// What grows is an ext4 on the whole disk; `grown` counts how often it was asked to.
apply::ApplyOptions growing(World &world, int &grown) {
    apply::ApplyOptions options = world.options();
    options.grow_root = [&grown](const Disk &disk, const DiskWish &wish, std::int64_t before,
                                 const GuestOptions &, EventSink &) {
        ++grown;
        CHECK(disk.virtual_size_bytes == std::max(before, wish.size_bytes.value_or(0)));
        DiskGrowth growth;
        growth.wish = wish;
        growth.state = StepState::change;
        growth.before_bytes = before;
        growth.after_bytes = disk.virtual_size_bytes;
        growth.filesystem = "ext4";
        growth.grows = {GrownPart::filesystem};
        return growth;
    };
    return options;
}

} // namespace

TEST_CASE("apply: the disk of the stage is grown before the guest is opened", "[apply]") {
    World world;
    int grown = 0;
    apply::ApplyOptions options = growing(world, grown);
    options.open_guest = [&, open = options.open_guest](const Disk &disk, const GuestOptions &how,
                                                        EventSink &events) {
        CHECK(grown == 1);
        CHECK(disk.virtual_size_bytes == 1 << 20);
        return open(disk, how, events);
    };
    const plan::CheckedRecipe checked =
        world.recipes.check(std::string(k_recipe) + "disk: {size: 1 MiB}\n");
    std::string asked;
    const Report report = apply::apply_recipe(
        checked, world.catalog, options,
        [&](const Plan &plan) {
            CHECK(plan.targets.at(0).disk->state == StepState::change);
            return true;
        },
        world.events);
    const TargetReport &target = report.targets.at(0);
    CHECK(target.error.empty());
    REQUIRE(target.disk);
    CHECK(target.disk->before_bytes == 1024);
    CHECK(target.disk->after_bytes == 1 << 20);
    CHECK(world.catalog.find(target.image_id)->virtual_size_bytes == 1 << 20);
    CHECK(world.catalog.find(target.image_id)->min_disk_gib == 1);
}

TEST_CASE("apply: a disk that is divided in another way than the plan says is stale", "[apply]") {
    World world;
    int grown = 0;
    Plan plan = plan::resolve_plan(
        world.recipes.check(std::string(k_recipe) + "disk: {size: 1 MiB}\n"), world.catalog, {});
    DiskGrowth &disk = plan.targets.at(0).disk.value();
    disk.state = StepState::change;
    disk.before_bytes = 1024;
    disk.after_bytes = 1 << 20;
    disk.filesystem = "xfs";
    disk.grows = {GrownPart::filesystem};
    const auto apply = [&] {
        return apply::apply_plan(plan, world.catalog, growing(world, grown), {}, world.events)
            .targets.at(0);
    };
    const TargetReport stale = apply();
    CHECK(stale.error == "the source's disk is not divided as it was when the plan was made");
    CHECK(stale.exit_code == 4);
    CHECK(world.opened == 0);
    disk.filesystem = "ext4";
    CHECK(apply().outcome == TargetOutcome::published);
}

TEST_CASE("apply: a disk that is full by the plan's word is looked at when it is opened",
          "[apply]") {
    World world;
    int grown = 0;
    Plan plan = plan::resolve_plan(
        world.recipes.check(std::string(k_recipe) + "disk: {grow: root}\n"), world.catalog, {});
    DiskGrowth &disk = plan.targets.at(0).disk.value();
    disk.state = StepState::unchanged;
    disk.before_bytes = disk.after_bytes = 1024;
    disk.filesystem = "ext4";
    DiskLayout layout;
    layout.filesystem = "ext4";
    layout.volume_size = layout.filesystem_size = std::uint64_t{1} << 30;
    const auto apply = [&] {
        apply::ApplyOptions options = growing(world, grown);
        options.open_guest = [&](const Disk &, const GuestOptions &, EventSink &) {
            auto guest = std::make_unique<MemoryGuest>();
            guest->put_file("/bin/sh", "", 0755);
            guest->script("make-it-so", 0, "done\n");
            guest->mutable_facts().layout = layout;
            return guest;
        };
        return apply::apply_plan(plan, world.catalog, options, {}, world.events).targets.at(0);
    };
    layout.filesystem_size /= 2;
    CHECK(apply().exit_code == 4);
    layout.filesystem_size *= 2;
    CHECK(apply().outcome == TargetOutcome::published);
    CHECK(grown == 0);
}

TEST_CASE("apply: a plan that is applied already is said to be, and nothing is done", "[apply]") {
    World world;
    Plan plan = plan::resolve_plan(world.recipes.check(k_recipe), world.catalog, {});
    const Report first = apply::apply_plan(plan, world.catalog, world.options(), {}, world.events);
    const std::string id = first.targets.at(0).image_id;
    const std::vector<Image> images = world.catalog.images();
    apply::ApplyOptions options = world.options();
    options.begin_work = [] { FAIL("there is no work"); };
    for (const char *expiry : {"", "2020-01-01T00:00:00.000000Z"}) {
        plan.expires_at = expiry;
        const Report again = apply::apply_plan(
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
        const Plan plan = plan::resolve_plan(world.recipes.check(k_recipe), world.catalog, {});
        const Report first =
            apply::apply_plan(plan, world.catalog, world.options(), {}, world.events);
        move(world, first.targets.at(0).image_id);
        try {
            (void)apply::apply_plan(plan, world.catalog, world.options(), {}, world.events);
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
    const plan::CheckedRecipe checked = world.recipes.check(k_recipe);
    apply::ApplyOptions options = world.options();
    options.begin_work = [] { throw Error(ErrorKind::usage, "nobody"); };
    CHECK_THROWS_AS(apply::apply_recipe(checked, world.catalog, options, {}, world.events), Error);
    CHECK(world.opened == 0);
    world.check_untouched();
    (void)world.apply();
    const Report report = apply::apply_recipe(checked, world.catalog, options, {}, world.events);
    CHECK(report.targets.at(0).outcome == TargetOutcome::unchanged);
}

TEST_CASE("apply: a second run on the same name waits for nobody: try again", "[apply]") {
    World world;
    bool refused = false;
    (void)world.apply(k_recipe, [&](const Plan &) {
        try {
            World other;
            (void)apply::apply_recipe(world.recipes.check(k_recipe), world.catalog, world.options(),
                                      {}, world.events);
        } catch (const Error &error) {
            refused = error.kind() == ErrorKind::temporary;
        }
        return true;
    });
    CHECK(refused);
}

namespace {

constexpr const char *k_dpkg = "Package: kubelet\nStatus: install ok installed\n"
                               "Architecture: amd64\nVersion: {}\n";

/// Applies it to a guest whose package database says `version` when the steps are done.
Report apply_with_package(World &world, const std::string &text, const std::string &version,
                          const std::string &present = "") {
    apply::ApplyOptions options = world.options();
    options.open_guest = [&](const Disk &disk, const GuestOptions &, EventSink &) {
        auto guest = std::make_unique<MemoryGuest>();
        guest->put_file("/bin/sh", "", 0755);
        guest->script("make-it-so", 0, "");
        guest->put_file("/etc/os-release", "ID=debian\nVERSION_ID=13\n");
        guest->put_file("/boot/vmlinuz-6.1.0-9-amd64", "");
        guest->put_file("/boot/vmlinuz-6.1.0-10-amd64", "");
        const bool is_present = !present.empty() && disk.read_only;
        if (!version.empty())
            guest->put_file("/var/lib/dpkg/status",
                            fmt::format(k_dpkg, is_present ? present : version));
        return guest;
    };
    return apply::apply_recipe(world.recipes.check(text), world.catalog, options, {}, world.events);
}

const std::string k_with_facts =
    std::string(k_recipe).replace(std::string(k_recipe).find("os_distro: debian"), 17,
                                  "k8s: 'v${package.kubelet}', kernel: '${guest.kernel}'");

const std::string k_for_packages = std::string(k_recipe) + "rebuild: {when: [packages]}\n";

} // namespace

TEST_CASE("apply: properties tell what the finished image has, and it stays known", "[apply]") {
    World world;
    const Report report = apply_with_package(world, k_with_facts, "1.29.3-1.1");
    CHECK(report.targets.at(0).error == "");
    const Image made = world.catalog.find(report.targets.at(0).image_id).value();
    CHECK(made.property("k8s") == "v1.29.3-1.1");
    CHECK(made.property("kernel") == "6.1.0-10-amd64");
    CHECK(made.property("retouch_facts") ==
          R"({"guest.kernel":"6.1.0-10-amd64","package.kubelet":"1.29.3-1.1"})");
    const Plan plan = plan::resolve_plan(world.recipes.check(k_with_facts), world.catalog, {});
    CHECK_FALSE(plan.has_changes());
}

TEST_CASE("apply: a package that a property names and the image does not have", "[apply]") {
    World world;
    const Report report = apply_with_package(world, k_with_facts, "");
    CHECK(report.targets.at(0).outcome == TargetOutcome::failed);
    CHECK(report.targets.at(0).error == "a property names ${package.kubelet}, and the finished "
                                        "image does not have that package");
    world.check_untouched();
}

TEST_CASE("apply: facts of an image without steps are read from the copy", "[apply]") {
    World world;
    const std::string text =
        "retouch: 1\nname: web\nsource: {image: debian}\n"
        "properties: {os: '${guest.os} ${guest.version} ${guest.architecture}'}\n";
    const Report report = apply_with_package(world, text, "");
    CHECK(report.targets.at(0).error == "");
    CHECK(world.catalog.find(report.targets.at(0).image_id)->property("os") == "debian 13 x86_64");
}

TEST_CASE("apply: built again with the same packages, nothing is published", "[apply]") {
    World world;
    const std::string first = apply_with_package(world, k_for_packages, "1").targets.at(0).image_id;
    const auto before = world.catalog.images();
    const Report again = apply_with_package(world, k_for_packages, "1");
    CHECK(again.targets.at(0).outcome == TargetOutcome::unchanged);
    CHECK(again.targets.at(0).image_id == first);
    CHECK(again.targets.at(0).notes ==
          std::vector<std::string>{"built again, it has the packages of image " + first +
                                   ", to the version: nothing new was published"});
    CHECK(world.catalog.images() == before);
    CHECK(world.catalog.open_stages().empty());
    CHECK(world.unfinished_journals().empty());
}

TEST_CASE("apply: built again with newer packages, the image is published, and says which",
          "[apply]") {
    World world;
    const std::string first = apply_with_package(world, k_for_packages, "1").targets.at(0).image_id;
    const Report again = apply_with_package(world, k_for_packages, "2", "1");
    CHECK(again.targets.at(0).outcome == TargetOutcome::published);
    CHECK(again.targets.at(0).notes == std::vector<std::string>{"packages that differ from image " +
                                                                first + ": kubelet 1 -> 2"});
    CHECK(world.catalog.find(first)->hidden);
}

TEST_CASE("apply: with the same packages, the image that is there still converges", "[apply]") {
    World world;
    const std::string first = apply_with_package(world, k_for_packages, "1").targets.at(0).image_id;
    const Report again =
        apply_with_package(world, k_for_packages + "publish: {tags: [patched]}\n", "1");
    CHECK(again.targets.at(0).outcome == TargetOutcome::updated);
    CHECK(again.targets.at(0).image_id == first);
    CHECK(world.catalog.find(first)->tags == std::vector<std::string>{"patched"});
}

TEST_CASE("apply: what filesystems do not use is given back where the recipe says so", "[apply]") {
    const bool trims = GENERATE(true, false);
    World world;
    int trimmed = 0;
    apply::ApplyOptions options = world.options();

    struct Watched : MemoryGuest {
        explicit Watched(int &count) : count_(count) {}

        void trim() override { ++count_; }

        int &count_;
    };

    options.open_guest = [&](const Disk &, const GuestOptions &, EventSink &) {
        return std::make_unique<Watched>(trimmed);
    };
    const std::string text = "retouch: 1\nname: web\nsource: {image: debian}\n" +
                             std::string(trims ? "output: {trim: true}\n" : "");
    const Report report =
        apply::apply_recipe(world.recipes.check(text), world.catalog, options, {}, world.events);
    CHECK(report.targets.at(0).error == "");
    CHECK(trimmed == (trims ? 1 : 0));
}

TEST_CASE("apply: a step for another system is skipped", "[apply]") {
    World world;
    const std::string text =
        std::string(k_recipe) + "firstboot: [{run: register, name: r, when: {os: [rocky]}}]\n";
    const Report report = world.apply(text);
    CHECK(report.targets.at(0).error == "");
    const StepReport &last = report.targets.at(0).steps.back();
    CHECK(last.result.outcome == StepOutcome::skipped);
    CHECK(last.result.message == "only on rocky; this is debian");
}
