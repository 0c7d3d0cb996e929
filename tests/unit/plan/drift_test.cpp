// Drift of a generation over a catalog in memory: what is compared with what, what apply would
// fix, and what is no drift at all.

#include "plan/drift.hpp"

#include "model/names.hpp"
#include "plan/planner.hpp"
#include "retouch/error.hpp"
#include "support/memory_catalog.hpp"
#include "support/recipes.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr const char *k_recipe = R"(retouch: 1
name: web
source: { image: debian }
files: [{ to: /etc/motd, content: "hello" }]
properties: { os_distro: debian, hw_disk_bus: null }
publish: { visibility: public, tags: [lts], min_disk: 4 }
)";

using Deviations = std::vector<Deviation>;
using Lines = std::vector<std::string>;

/// What the store says of an image is given, not found.
class Shelf : public MemoryCatalog {
  public:
    [[nodiscard]] Integrity integrity(const Image &image,
                                      const IntegrityOptions &options) const override {
        asked.push_back(image.id + (options.read_bytes ? " with bytes" : "") +
                        (options.same_as ? " same as " + options.same_as->id : ""));
        return says;
    }

    Integrity says;
    mutable Lines asked;
};

struct World {
    RecipeDirectory recipes;
    Shelf catalog;
    plan::CheckedRecipe checked;

    explicit World(const std::string &text = k_recipe) : checked(recipes.check(text)) {
        Image source = image("a", "debian", "1");
        source.properties = {{"arch", "x86"}, {"hw_disk_bus", "ide"}, {"img_signature", "old"}};
        source.min_ram_mib = 512;
        catalog.put(source);
    }

    /// The first generation, as apply leaves it.
    void publish(const std::string &id = "g1", const std::string &created = "2") {
        const Target target = plan::resolve_plan(checked, catalog, {}).targets.at(0);
        Image made = generation(id, "debian", created, "web", "a");
        made.properties[lineage::k_fingerprint] = target.fingerprint;
        made.properties["os_distro"] = "debian";
        made.properties["arch"] = "x86";
        made.visibility = "public";
        made.tags = {"lts"};
        made.min_disk_gib = 4;
        made.min_ram_mib = 512;
        catalog.put(made);
        ImageChange hide;
        hide.id = "a";
        hide.hidden = true;
        catalog.apply(hide);
    }

    void change(ImageChange change, const std::string &id = "g1") {
        change.id = id;
        catalog.apply(change);
    }

    DriftReport look(bool bytes = false) {
        const int before = catalog.changes();
        DriftReport report = plan::find_drift(checked, catalog, {}, {.read_bytes = bytes});
        CHECK(catalog.changes() == before);
        return report;
    }

    Deviations drift() { return look().drift; }
};

ImageChange property(const std::string &name, std::optional<std::string> value) {
    ImageChange change;
    change.properties[name] = std::move(value);
    return change;
}

constexpr const char *k_sets_back = "apply sets it back";
constexpr const char *k_leaves_property =
    "apply leaves it, for the recipe does not name it: set it "
    "back by hand, or write it under properties:";

} // namespace

namespace Catch {

template<>
struct StringMaker<Deviation> {
    static std::string convert(const Deviation &deviation) {
        return std::string(model::to_string(deviation.kind)) + " / " + deviation.what + " / " +
               deviation.expected + " / " + deviation.found + " / " +
               (deviation.apply_fixes ? "fixed" : "left") + " / " + deviation.remedy;
    }
};

} // namespace Catch

TEST_CASE("drift: what is as it was published has none, and the store was asked") {
    World world;
    world.publish();
    const DriftReport report = world.look();
    CHECK(report.drift == Deviations{});
    CHECK(report.pending == Lines{});
    CHECK(report.unchecked == Lines{});
    CHECK(report.image.value().id == "g1");
    CHECK(report.recipe.name == "web");
    CHECK(report.catalog == "memory");
    static_cast<void>(world.look(true));
    CHECK(world.catalog.asked == Lines{"g1", "g1 with bytes"});
}

TEST_CASE("drift: bytes are compared with the source's where a recipe changes none") {
    const auto look = [](World &world) {
        return plan::find_drift(world.checked, world.catalog, {}, {.against_source = true})
            .unchecked;
    };
    World plain("retouch: 1\nname: web\nsource: { image: debian }\nproperties: { a: b }\n");
    plain.publish();
    CHECK(look(plain) == Lines{});
    CHECK(plain.catalog.asked == Lines{"g1 same as a"});
    plain.catalog.remove("a");
    CHECK(look(plain) == Lines{"what the recipe leaves open: the source image is gone",
                               "the bytes against those of the source: it is gone"});
    World writing;
    writing.publish();
    CHECK(look(writing) ==
          Lines{"the bytes against those of the source: the recipe has steps, which may write"});
    CHECK(plain.catalog.asked == Lines{"g1 same as a", "g1"});
    CHECK(writing.catalog.asked == Lines{"g1"});
}

TEST_CASE("drift: what the recipe names is set back by apply") {
    World world;
    world.publish();
    ImageChange change = property("os_distro", "ubuntu");
    change.properties["hw_disk_bus"] = "scsi";
    change.visibility = "private";
    change.tags = std::vector<std::string>{"lts", "mine"};
    change.min_disk_gib = 0;
    world.change(change);
    CHECK(world.drift() ==
          Deviations{
              {DeviationKind::visibility, "visibility", "public", "private", true, k_sets_back},
              {DeviationKind::tags, "tags", "lts", "lts, mine", true, k_sets_back},
              {DeviationKind::min_disk, "min_disk", "4 GiB", "0 GiB", true, k_sets_back},
              {DeviationKind::property, "property hw_disk_bus", "none", "\"scsi\"", true,
               k_sets_back},
              {DeviationKind::property, "property os_distro", "\"debian\"", "\"ubuntu\"", true,
               k_sets_back},
          });
    const Target target = plan::resolve_plan(world.checked, world.catalog, {}).targets.at(0);
    CHECK(target.publish.changed_fields ==
          std::vector{PublishField::visibility, PublishField::tags, PublishField::min_disk});
    CHECK(target.properties.set.size() + target.properties.remove.size() == 2);
}

TEST_CASE("drift: what came from the source is named and left to people") {
    World world;
    world.publish();
    ImageChange change = property("arch", std::nullopt);
    change.properties["by_hand"] = "x\x1b[31m";
    change.min_ram_mib = 0;
    change.is_protected = true;
    world.change(change);
    const std::string publish = "apply leaves it, for the recipe does not name it: set it back by "
                                "hand, or write it under publish:";
    CHECK(
        world.drift() ==
        Deviations{
            {DeviationKind::min_ram, "min_ram", "512 MiB", "0 MiB", false, publish},
            {DeviationKind::is_protected, "protected", "no", "yes", false, publish},
            {DeviationKind::property, "property arch", "\"x86\"", "none", false, k_leaves_property},
            {DeviationKind::property, "property by_hand", "none", "\"x\\x1b[31m\"", false,
             k_leaves_property},
        });
}

TEST_CASE("drift: what is dropped is taken away by apply, and not missed where it is gone") {
    World world(std::string(k_recipe) + "drop_properties: [\"ar*\", \"*_hand\"]\n");
    world.publish();
    ImageChange change = property("by_hand", "x");
    change.properties["arch"] = std::nullopt;
    world.change(change);
    CHECK(world.drift() ==
          Deviations{
              {DeviationKind::property, "property by_hand", "none", "\"x\"", true, k_sets_back},
          });
    const Target target = plan::resolve_plan(world.checked, world.catalog, {}).targets.at(0);
    CHECK(target.properties.remove == Lines{"by_hand"});
}

TEST_CASE("drift: tags of other managers of images are not missed") {
    World world;
    world.change({}, "a");
    world.publish();
    ImageChange change;
    change.tags = {{"managed_by:osism"}};
    world.change(change, "a");
    CHECK(world.drift() == Deviations{});
}

TEST_CASE("drift: without its source only what the recipe names can be compared") {
    World world;
    world.publish();
    world.catalog.remove("a");
    world.change(property("by_hand", "x"));
    world.change(property("os_distro", "x"));
    const DriftReport report = world.look();
    CHECK(report.drift == Deviations{{DeviationKind::property, "property os_distro", "\"debian\"",
                                      "\"x\"", true, k_sets_back}});
    CHECK(report.unchecked == Lines{"what the recipe leaves open: the source image is gone"});
}

TEST_CASE("drift: hidden by hand is undone by apply, hidden by a later image is right") {
    World world;
    world.publish();
    ImageChange hide;
    hide.hidden = true;
    world.change(hide);
    CHECK(world.drift() ==
          Deviations{{DeviationKind::hidden, "hidden", "no", "yes", true, k_sets_back}});
    world.catalog.put(generation("b1", "debian", "3", "other", "g1"));
    CHECK(world.drift() == Deviations{});
}

TEST_CASE("drift: what was taken back for the image before it is held, and no drift") {
    World world;
    world.publish();
    ImageChange hide;
    hide.hidden = true;
    world.change(hide);
    ImageChange show;
    show.hidden = false;
    world.change(show, "a");
    const DriftReport report = world.look();
    CHECK(report.drift == Deviations{});
    CHECK(report.pending ==
          Lines{"image g1 is as the recipe says, but was hidden, and image a shown in its place: "
                "change the recipe, or show image g1 again"});
}

TEST_CASE("drift: an image that was deactivated is found all the same") {
    World world;
    world.publish();
    ImageChange change;
    change.status = "deactivated";
    world.change(change);
    CHECK(world.drift() ==
          Deviations{{DeviationKind::status, "status", "active", "deactivated", false,
                      "activate it by hand (openstack image set --activate): apply counts only "
                      "active images"}});
}

TEST_CASE("drift: an image that was renamed is found all the same") {
    World world;
    world.publish();
    ImageChange change;
    change.name = "mine";
    world.change(change);
    CHECK(world.drift() ==
          Deviations{{DeviationKind::name, "name", "\"debian\"", "\"mine\"", false,
                      "rename it by hand (openstack image set --name): apply does not find it "
                      "under another name"}});
}

TEST_CASE("drift: the image before it that is visible again makes two of one name") {
    World world;
    world.publish();
    ImageChange change;
    change.hidden = false;
    world.change(change, "a");
    CHECK(world.drift() ==
          Deviations{{DeviationKind::superseded, "image a, which this one replaced",
                      "not visible under the name", "visible as \"debian\"", true,
                      "apply puts it aside again, as publish.previous says"}});
}

TEST_CASE("drift: a changed recipe is pending, and only what no recipe says is compared") {
    World world;
    world.publish();
    world.change(property("os_distro", "ubuntu"));
    ImageChange change;
    change.hidden = true;
    world.change(change);
    world.checked = world.recipes.check(
        "retouch: 1\nname: web\nsource: {image: debian}\ncommands: [\"true\"]\n");
    const DriftReport report = world.look();
    CHECK(report.pending ==
          Lines{"the recipe changed since this image was made; apply builds a new one"});
    CHECK(report.drift == Deviations{{DeviationKind::hidden, "hidden", "no", "yes", true,
                                      "apply publishes a new image that has it"}});
}

TEST_CASE("drift: a new source is pending, and the image is still compared") {
    World world;
    world.publish();
    world.change(property("os_distro", "ubuntu"));
    world.catalog.put(image("b", "debian", "3"));
    const DriftReport report = world.look();
    CHECK(report.pending == Lines{"image b is the new source; apply builds a new image from it"});
    CHECK(report.drift ==
          Deviations{{DeviationKind::property, "property os_distro", "\"debian\"", "\"ubuntu\"",
                      true, "apply publishes a new image that has it"}});
}

TEST_CASE("drift: an image that is still to be detached is pending") {
    World world;
    world.publish();
    world.change(property(lineage::k_detach, "pending"));
    const DriftReport report = world.look();
    CHECK(report.drift == Deviations{});
    CHECK(report.pending ==
          Lines{"the image still shares data with its source; apply completes it"});
}

TEST_CASE("drift: an image that is protected only until it is detached is as it should be") {
    World world;
    world.publish();
    ImageChange change = property(lineage::k_detach, lineage::k_pending_protected);
    change.is_protected = true;
    world.change(change);
    CHECK(world.look().drift == Deviations{});
    CHECK(plan::resolve_plan(world.checked, world.catalog, {})
              .targets.at(0)
              .publish.changed_fields.empty());
    change = property(lineage::k_detach, lineage::k_pending);
    world.change(change);
    CHECK(world.look().drift.size() == 1);
}

TEST_CASE("drift: a recipe without an image has nothing to compare") {
    World world;
    const DriftReport report = world.look();
    CHECK_FALSE(report.image);
    CHECK(report.drift == Deviations{});
    CHECK(report.pending == Lines{"no image of this recipe is there: apply makes the first; if "
                                  "there was one called \"debian\", somebody removed it"});
    CHECK(world.catalog.asked == Lines{});
}

TEST_CASE("drift: what the store found comes after what the record shows") {
    World world;
    world.publish();
    world.change(property("os_distro", "x"));
    const Deviation file{DeviationKind::file, "file g1.raw", "a file",
                         "nothing",           false,         "restore it"};
    world.catalog.says = {{file}, {"the bytes: why not"}};
    const DriftReport report = world.look();
    REQUIRE(report.drift.size() == 2);
    CHECK(report.drift[1] == file);
    CHECK(report.unchecked == Lines{"the bytes: why not"});
}

TEST_CASE("drift: the last generation has the name, else the fingerprint, else is the newest") {
    const auto made = [](const std::string &id, const std::string &name,
                         const std::string &fingerprint) {
        Image one = generation(id, name, id, "web", "a");
        one.properties[lineage::k_fingerprint] = fingerprint;
        return one;
    };
    const std::vector<Image> images = {made("1", "debian", "old"), made("2", "debian", "new"),
                                       made("3", "other", "else")};
    CHECK(plan::last_generation(images, {"", "web"}, "debian", "new").value().id == "2");
    CHECK(plan::last_generation(images, {"", "web"}, "renamed", "new").value().id == "2");
    CHECK(plan::last_generation(images, {"", "web"}, "renamed", "none").value().id == "3");
    CHECK_FALSE(plan::last_generation(images, {"", "shop"}, "debian", "new"));
    CHECK(plan::last_generation(images, {"", "web"}, "debian", "else").value().id == "2");
    std::vector<Image> unfinished = images;
    unfinished[1].properties[lineage::k_unfinished] = "run";
    CHECK(plan::last_generation(unfinished, {"", "web"}, "debian", "new").value().id == "1");
}
