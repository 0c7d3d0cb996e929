// Plans over a catalog and a guest in memory: what is decided, and that nothing is written.

#include "plan/planner.hpp"

#include "base/digest.hpp"
#include "base/utc_time.hpp"
#include "plan/fingerprint.hpp"
#include "plan/saved_plan.hpp"
#include "retouch/error.hpp"
#include "support/memory_catalog.hpp"
#include "support/memory_guest.hpp"
#include "support/recipes.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <set>

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

    Plan plan(const std::string &text, plan::PlanOptions options = {}) {
        return plan::make_plan(recipes.check(text), catalog, options, [this](const Disk &) {
            ++opened;
            return std::make_unique<MemoryGuest>();
        });
    }
};

void set_hidden(World &world, const std::string &id, bool hidden) {
    ImageChange change{};
    change.id = id;
    change.hidden = hidden;
    world.catalog.apply(change);
}

/// What apply would have left behind.
void pretend_applied(World &world, const Plan &plan, const std::string &id = "g1") {
    const Target &target = plan.targets.at(0);
    Image made =
        generation(id, target.publish.name, id == "g1" ? "2" : "3", "web", target.source.id);
    made.properties[lineage::k_fingerprint] = target.fingerprint;
    made.properties["os_distro"] = "debian";
    for (const Superseded &former : target.publish.superseded)
        set_hidden(world, former.image.id, true);
    world.catalog.put(made);
}

/// What a person does to whom an image gives trouble.
void take_back(World &world, const std::string &id, const std::string &former) {
    set_hidden(world, id, true);
    set_hidden(world, former, false);
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

TEST_CASE("planner: checksums that a source gets later make it no other source", "[plan]") {
    World world;
    const auto source = [&world](std::map<std::string, std::string> checksums) {
        world.catalog.remove("a");
        Image image_a = image("a", "debian", "1");
        image_a.checksums = std::move(checksums);
        image_a.hidden = true;
        world.catalog.put(image_a);
    };
    const auto [known, then, later, action] =
        GENERATE(table<const char *, std::map<std::string, std::string>,
                       std::map<std::string, std::string>, Action>({
            {"image:a", {}, {{"sha512", "5"}, {"md5", "1"}}, Action::none},
            {"md5:1", {{"md5", "1"}}, {{"sha512", "5"}, {"md5", "1"}}, Action::none},
            {"md5:1", {{"md5", "1"}}, {{"sha512", "5"}}, Action::create},
            {"md5:1", {{"md5", "1"}}, {{"md5", "2"}}, Action::create},
        }));
    CAPTURE(known, later);
    source(then);
    Image made = generation("g1", "debian", "2", "web", "a");
    made.properties[lineage::k_source_digest] = known;
    made.properties["os_distro"] = "debian";
    world.catalog.put(made);
    ImageChange change;
    change.id = "g1";
    change.properties[lineage::k_fingerprint] =
        plan::fingerprint(known, world.recipes.check(k_recipe).steps, {}, {}, {}, {});
    world.catalog.apply(change);
    CHECK(world.plan(k_recipe).targets.at(0).action == Action::none);
    source(later);
    const Plan plan = world.plan(k_recipe);
    CHECK(plan.targets.at(0).action == action);
    if (action == Action::none)
        CHECK(plan.targets.at(0).source.digest == known);
    else
        CHECK(plan.targets.at(0).reason == "the source image changed");
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
    Plan read = plan_from_json(to_json(plan).dump(2));
    plan::restore_steps(read);
    CHECK(read == plan);
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
        CHECK(target.publish.changed_fields == std::vector{PublishField::visibility});
    }
    SECTION("a generation that was hidden by hand comes back") {
        set_hidden(world, "g1", true);
        const Target target = world.plan(k_recipe).targets.at(0);
        CHECK(target.action == Action::update);
        CHECK(target.publish.changed_fields == std::vector{PublishField::hidden});
    }
    SECTION("a generation that was taken back for the original stays so until the recipe changes") {
        take_back(world, "g1", "a");
        const Target target = world.plan(k_recipe).targets.at(0);
        CHECK(target.action == Action::held);
        CHECK(target.reason ==
              "image g1 is as the recipe says, but was hidden, and image a shown in its place: "
              "change the recipe, or show image g1 again");
        CHECK(target.publish.changed_fields.empty());
        CHECK(target.publish.superseded.empty());
        CHECK_FALSE(world.plan(k_recipe).has_changes());
        const std::string text =
            std::string(k_recipe).replace(std::string(k_recipe).find("hello"), 5, "hullo");
        const Target changed = world.plan(text).targets.at(0);
        CHECK(changed.action == Action::create);
        REQUIRE(changed.publish.superseded.size() == 1);
        CHECK(changed.publish.superseded[0].image.id == "a");
    }
    SECTION("so does one that was taken back for the generation before it") {
        const std::string text =
            std::string(k_recipe).replace(std::string(k_recipe).find("hello"), 5, "hullo");
        pretend_applied(world, world.plan(text), "g2");
        take_back(world, "g2", "g1");
        const Target target = world.plan(text).targets.at(0);
        CHECK(target.action == Action::held);
        CHECK(target.present->id == "g1");
        // What the recipe said before is what is there.
        CHECK(world.plan(k_recipe).targets.at(0).action == Action::none);
        world.catalog.remove("a");
        CHECK(world.plan(text).targets.at(0).action == Action::held);
        take_back(world, "g1", "g2");
        CHECK(world.plan(text).targets.at(0).action == Action::none);
    }
    SECTION("a recipe that goes back to what was once replaced makes it anew") {
        const std::string text =
            std::string(k_recipe).replace(std::string(k_recipe).find("hello"), 5, "hullo");
        pretend_applied(world, world.plan(text), "g2");
        CHECK(world.plan(k_recipe).targets.at(0).action == Action::create);
    }
    SECTION("an original that is visible beside it is put aside") {
        set_hidden(world, "a", false);
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

TEST_CASE("planner: what is as the recipe says is built again when it is asked for, or too old") {
    World world;
    const std::string recipe = std::string(k_recipe) + "rebuild: {after: 2d}\n";
    pretend_applied(world, world.plan(recipe));
    const auto made = [&](const std::string &when) {
        Image present = *world.catalog.find("g1");
        present.created_at = when;
        world.catalog.remove("g1");
        world.catalog.put(present);
    };
    made("2026-01-31T12:00:00.000000Z");
    const Target old = world.plan(recipe).targets.at(0);
    CHECK(old.action == Action::create);
    CHECK(old.reason.starts_with("it is as the recipe says, but "));
    CHECK(old.reason.ends_with(" days old, and is built again after 2 days"));
    made(base::format_utc(base::utc_time_now() - std::chrono::hours(47)));
    CHECK(world.plan(recipe).targets.at(0).action == Action::none);
    CHECK(world.plan(recipe, {.rebuild = true}).targets.at(0).reason ==
          "it is as the recipe says, and is to be built again (--rebuild)");
    world.catalog.remove("a");
    CHECK(world.plan(recipe, {.rebuild = true}).targets.at(0).action == Action::none);
}

TEST_CASE("planner: a source that is not there yet is opened by nobody, and the plan says so") {
    World world;
    const std::string digits(64, 'a');
    plan::CheckedRecipe checked = world.recipes.check(
        "retouch: 1\nname: web\nsource: {url: 'https://example.org/r/vendor.raw', sha256: " +
        digits + "}\npublish: {name: ours}\nfiles: [{to: /etc/a, content: x}]\n");
    CHECK(checked.recipe.source_image == "vendor.raw");
    checked.awaited = {"https://example.org/r/vendor.raw", "sha256:" + digits};
    const Plan plan = plan::make_plan(checked, world.catalog, {}, [](const Disk &) {
        FAIL("opened");
        return std::unique_ptr<MemoryGuest>();
    });
    const Target &target = plan.targets.at(0);
    CHECK(target.action == Action::create);
    CHECK(target.source.id.empty());
    CHECK(target.source.name == "vendor.raw");
    CHECK(target.publish.name == "ours");
    CHECK(target.steps.at(0).change.state == StepState::unknown);
    CHECK(target.notes ==
          std::vector<std::string>{"the source is not in the catalog yet: apply fetches "
                                   "https://example.org/r/vendor.raw (sha256:" +
                                   digits + ")"});
}

TEST_CASE("planner: of several images of a name the newest is taken where the recipe says so") {
    World world;
    world.catalog.put(image("b", "debian", "2"));
    const std::string newest = std::string(k_recipe).replace(
        std::string(k_recipe).find("image: debian"), 13, "image: debian, newest: true");
    CHECK(world.plan(newest).targets.at(0).source.id == "b");
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
        CHECK(error.hint() == "build on the current generation g1 with --from-current, or import "
                              "the source again under the name 'debian'");
    }
    const Target target = world.plan(text, {.from_current = true}).targets.at(0);
    CHECK(target.action == Action::create);
    CHECK(target.source.id == "g1");
}

TEST_CASE("planner: more properties and tags than Glance takes are told before any work",
          "[plan]") {
    World world;
    Image source = image("b", "debian", "2");
    source.owner = "p";
    for (int number = 0; number < 122; ++number)
        source.properties["p" + std::to_string(number)] = "x";
    for (int number = 0; number < 129; ++number)
        source.tags.push_back(std::to_string(number));
    world.catalog.put(source);
    world.catalog.set_project("p");
    CHECK(
        world.plan(k_recipe).targets.at(0).notes ==
        std::vector<std::string>{
            "the new image gets 129 properties, those of retouch among them, but Glance takes 128 "
            "unless its image_property_quota says otherwise: leave some out with null or drop",
            "the new image gets 129 tags, but Glance takes 128 unless its image_tag_quota says "
            "otherwise: name those it should have with publish.tags"});
}

TEST_CASE("planner: an image the recipe did not make keeps the name, and the plan says so",
          "[plan]") {
    World world;
    world.catalog.put(image("other", "web-image", "1"));
    const Target target =
        world.plan(std::string(k_recipe) + "publish: { name: web-image }\n").targets.at(0);
    CHECK(target.publish.superseded.empty());
    CHECK(target.notes ==
          std::vector<std::string>{"image other also has the name 'web-image' and stays visible: "
                                   "this recipe did not make it"});
}

TEST_CASE("planner: recipe and catalog drop properties without a rebuild", "[plan]") {
    World world;
    ImageChange change;
    change.id = "a";
    change.properties = {{"a_date", "1"}, {"b_date", "2"}, {"owner_x", "3"}, {"owner_y", "4"}};
    world.catalog.apply(change);
    const std::string keeps = std::string(k_recipe).replace(
        std::string(k_recipe).find("os_distro: debian"), 17, "os_distro: debian, owner_y: \"4\"");
    const std::string drops = keeps + "drop_properties: [\"?_date\"]\n";
    const plan::PlanOptions of_catalog = {.drop_properties = {"owner_*", "?_date"}};
    const Target made = world.plan(drops, of_catalog).targets.at(0);
    PropertyChanges expected;
    expected.set = {{"os_distro", "debian"}};
    expected.keep = {{"owner_y", "4"}};
    expected.remove = {"a_date", "b_date", "owner_x"};
    expected.drop = {"?_date", "owner_*"};
    expected.reasons = {{"a_date", "dropped by '?_date'"},
                        {"b_date", "dropped by '?_date'"},
                        {"owner_x", "dropped by 'owner_*'"}};
    CHECK(made.properties == expected);
    CHECK(made.fingerprint == world.plan(k_recipe).targets.at(0).fingerprint);

    pretend_applied(world, world.plan(drops, of_catalog));
    change.id = "g1";
    world.catalog.apply(change);
    const Target converges = world.plan(drops, of_catalog).targets.at(0);
    CHECK(converges.action == Action::update);
    expected.set = {};
    expected.keep = {{"os_distro", "debian"}, {"owner_y", "4"}};
    CHECK(converges.properties == expected);
    CHECK(world.plan(keeps).targets.at(0).action == Action::none);
}

TEST_CASE("planner: tags of other managers of images stay behind, and the plan says so", "[plan]") {
    struct Case {
        std::vector<std::string> tags;
        const char *recipe;
        std::vector<std::string> published;
        std::vector<std::string> notes;
    };

    const std::vector<Case> cases = {
        {{"lts", "managed_by", "unmanaged_by:x"}, "", {"lts", "managed_by", "unmanaged_by:x"}, {}},
        {{"managed_by:osism", "lts"},
         "",
         {"lts"},
         {"tag 'managed_by:osism' of the source stays behind: by it another manager of images "
          "knows its own"}},
        {{"managed_by:osism", "managed_by_\x1b", "managed_by:"},
         "",
         {},
         {"tags 'managed_by:', 'managed_by:osism', 'managed_by_\\x1b' of the source stay behind: "
          "by "
          "them another manager of images knows its own"}},
        {{"managed_by:osism", "lts"},
         "publish: { tags: [\"managed_by:osism\"] }\n",
         {"managed_by:osism"},
         {}},
    };
    for (const Case &each : cases) {
        World world;
        ImageChange change;
        change.id = "a";
        change.tags = each.tags;
        world.catalog.apply(change);
        const Target target = world.plan(std::string(k_recipe) + each.recipe).targets.at(0);
        CHECK(target.publish.tags == each.published);
        CHECK(target.notes == each.notes);
    }
}

TEST_CASE("planner: a plan says that a signature is lost, and what Nova makes of properties",
          "[plan]") {
    struct Case {
        std::map<std::string, std::optional<std::string>> properties;
        const char *recipe;
        std::vector<std::string> notes;
    };

    const std::string unsigned_now =
        "the source is signed, the new image is not: computes with verify_glance_signatures in "
        "[glance] of nova.conf refuse to boot it where they download it, as do all for servers "
        "that ask for trusted image certificates";
    const std::vector<Case> cases = {
        {{{"img_signature", "s"}, {"img_signature_hash_method", "SHA-256"}}, "", {unsigned_now}},
        {{{"img_signature_hash_method", "SHA-256"}}, "", {}},
        {{{"img_signature", "s"}}, "drop_properties: [\"img_*\"]\n", {unsigned_now}},
        {{{"root_device_name", "/dev/vda"}},
         "",
         {"property root_device_name of the source comes over, and the image has bytes of its own: "
          "Nova lays out the disks of a server by it as well; null under properties: leaves it "
          "out"}},
        {{{"root_device_name", "/dev/vda"}, {"mappings", "[]"}, {"block_device_mapping", "[]"}},
         "",
         {"properties block_device_mapping, mappings, root_device_name of the source come over, "
          "and the image has bytes of its own: Nova lays out the disks of a server by them as "
          "well; null under properties: leaves them out"}},
        {{{"root_device_name", "/dev/vda"}, {"mappings", "[]"}},
         "drop_properties: [mappings, root_*]\n",
         {}},
    };
    for (const Case &each : cases) {
        World world;
        ImageChange change;
        change.id = "a";
        change.properties = each.properties;
        world.catalog.apply(change);
        CHECK(world.plan(std::string(k_recipe) + each.recipe).targets.at(0).notes == each.notes);
        pretend_applied(world, world.plan(k_recipe));
        CHECK(world.plan(k_recipe).targets.at(0).notes.empty());
    }
}

TEST_CASE("planner: a previous image is renamed to a free name", "[plan]") {
    World world;
    const std::string text = std::string(k_recipe) + "publish: { previous: rename }\n";
    const std::string first = world.plan(text).targets.at(0).publish.superseded.at(0).new_name;
    CHECK(first.starts_with("debian-20"));
    world.catalog.put(image("taken", first, "1"));
    CHECK(world.plan(text).targets.at(0).publish.superseded.at(0).new_name == first + "-2");
}

namespace {

/// A plan for the recipe with `disk`, over a source of 1,024 bytes that is divided so.
Plan plan_with_disk(World &world, const std::string &disk,
                    const std::optional<DiskLayout> &layout) {
    return plan::make_plan(world.recipes.check(k_recipe + ("disk: " + disk + "\n")), world.catalog,
                           {}, [&](const Disk &) {
                               auto guest = std::make_unique<MemoryGuest>();
                               guest->mutable_facts().layout = layout;
                               return guest;
                           });
}

/// An ext4 on the whole of it.
DiskLayout plain_disk() {
    DiskLayout layout;
    layout.filesystem = "ext4";
    layout.volume_size = layout.filesystem_size = 1024;
    return layout;
}

} // namespace

TEST_CASE("planner: the disk is foreseen by how the source's is divided", "[plan]") {
    World world;
    const Plan plan = plan_with_disk(world, "{size: 3000 MiB}", plain_disk());
    const Target &target = plan.targets.at(0);
    REQUIRE(target.disk);
    CHECK(target.disk->state == StepState::change);
    CHECK(target.disk->before_bytes == 1024);
    CHECK(target.disk->after_bytes == std::int64_t{3000} << 20);
    CHECK(target.disk->grows == std::vector<GrownPart>{GrownPart::filesystem});
    CHECK(target.publish.min_disk_gib == 3);
    CHECK(plan_with_disk(world, "{grow: root}", plain_disk()).targets.at(0).disk->state ==
          StepState::unchanged);
    CHECK(plan_with_disk(world, "{size: 3 GiB}", {}).targets.at(0).disk->state ==
          StepState::unknown);
    CHECK_THROWS_WITH(plan_with_disk(world, "{size: \"512\"}", plain_disk()),
                      "a disk is never made smaller: 'disk.size' is 512 B (512 bytes), but the "
                      "source's disk has 1.0 KiB (1024 bytes)");
}

TEST_CASE("planner: a disk alone is work, and needs a look only where a root grows", "[plan]") {
    World world;
    const std::string head = "retouch: 1\nname: web\nsource: { image: debian }\n";
    const Plan grown = world.plan(head + "disk: {size: 1 MiB}\n");
    CHECK(grown.has_changes());
    CHECK(world.opened == 1);
    const Plan larger = world.plan(head + "disk: {size: 1 MiB, grow: none}\n");
    CHECK(larger.targets.at(0).disk->state == StepState::change);
    CHECK(world.opened == 1);
    pretend_applied(world, larger);
    const Plan again = world.plan(head + "disk: {size: 1 MiB, grow: none}\n");
    CHECK(again.targets.at(0).action != Action::create);
    CHECK(again.targets.at(0).disk->state == StepState::unchanged);
}

TEST_CASE("fingerprint: the disk that is wanted counts, and none is as before there were any",
          "[plan]") {
    const std::int64_t gib = std::int64_t{1} << 30;
    const std::string without = plan::fingerprint("digest", {}, {}, {}, {}, {});
    CHECK(without == "sha256:" + base::sha256_hex(R"({"fingerprint":1,"source":"digest",)"
                                                  R"("steps":[]})"));
    const auto with = [](const DiskWish &wish) {
        return plan::fingerprint("digest", {}, wish, {}, {}, {});
    };
    const std::set<std::string> all = {without, with({gib, DiskGrow::root}),
                                       with({2 * gib, DiskGrow::root}), with({gib, DiskGrow::none}),
                                       with({{}, DiskGrow::root})};
    CHECK(all.size() == 5);
}

TEST_CASE("fingerprint: another value of a secret is another image, wherever it comes from") {
    const auto with = [](std::vector<DeclaredSecret> secrets) {
        return plan::fingerprint("digest", {}, {}, {}, secrets, {});
    };
    const std::string one = with({{"pw", SecretOrigin::env, {"PW"}, "hmac-sha256:1"}});
    CHECK(one == with({{"pw", SecretOrigin::file, {"/run/pw"}, "hmac-sha256:1"}}));
    CHECK(one != with({{"pw", SecretOrigin::env, {"PW"}, "hmac-sha256:2"}}));
    CHECK(one != with({{"other", SecretOrigin::env, {"PW"}, "hmac-sha256:1"}}));
    CHECK(one != with({}));
}

TEST_CASE("fingerprint: positions, summaries and paths do not count; contents do", "[plan]") {
    RecipeDirectory recipes;
    const auto of = [&](const std::string &text) {
        return plan::fingerprint("digest", recipes.check(text).steps, {}, {}, {}, {});
    };
    const std::string base = of(k_recipe);
    CHECK(of("# a comment\n" + std::string(k_recipe)) == base);
    CHECK(of(std::string(k_recipe).replace(std::string(k_recipe).find("name: web"), 9,
                                           "name: xyz")) == base);
    CHECK(of(std::string(k_recipe).replace(std::string(k_recipe).find("hello"), 5, "hullo")) !=
          base);
    CHECK(plan::fingerprint("other", recipes.check(k_recipe).steps, {}, {}, {}, {}) != base);
}
