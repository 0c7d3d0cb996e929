// Facts in properties and names: what records tell is put in when a plan is made, what only the
// finished image tells stays named until then.

#include "plan/fact_values.hpp"

#include "plan/planner.hpp"
#include "plan/saved_plan.hpp"
#include "retouch/error.hpp"
#include "support/memory_catalog.hpp"
#include "support/memory_guest.hpp"
#include "support/recipes.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr const char *k_debian = "11111111-1111-4111-8111-111111111111";
constexpr const char *k_newer = "22222222-2222-4222-8222-222222222222";
constexpr const char *k_made = "33333333-3333-4333-8333-333333333333";

struct World {
    RecipeDirectory recipes;
    MemoryCatalog catalog;

    World() { put(k_debian, "debian", "2026-01-01T00:00:00.000000Z"); }

    void put(const std::string &id, const std::string &name, const std::string &created) {
        Image source = image(id, name, created);
        source.checksums = {{"sha512-used", std::string(128, id.front())}};
        source.properties = {{"os_distro", "debian"}, {"os_version", "12"}};
        catalog.put(source);
    }

    Plan plan(const std::string &rest, plan::PlanOptions options = {}) {
        return plan::make_plan(recipes.check("retouch: 1\nname: web\n" + rest), catalog, options,
                               [](const Disk &) { return std::make_unique<MemoryGuest>(); });
    }

    Target target(const std::string &rest, plan::PlanOptions options = {}) {
        return plan(rest, std::move(options)).targets.at(0);
    }

    std::string refusal(const std::string &rest) {
        try {
            static_cast<void>(plan(rest));
        } catch (const Error &error) {
            return std::string(error.what()) + " | " + error.hint();
        }
        return "accepted";
    }

    /// What apply would have left behind, had the image told `facts`.
    void pretend_applied(const Target &target, const std::string &facts,
                         const std::map<std::string, std::string> &properties) {
        Image made = generation(k_made, target.publish.name, "2026-02-01T00:00:00.000000Z", "web",
                                target.source.id);
        made.properties[lineage::k_source_digest] = target.source.digest;
        made.properties[lineage::k_fingerprint] = target.fingerprint;
        made.properties[lineage::k_facts] = facts;
        for (const auto &[name, value] : properties)
            made.properties[name] = value;
        for (const Superseded &former : target.publish.superseded) {
            ImageChange hidden;
            hidden.id = former.image.id;
            hidden.hidden = true;
            catalog.apply(hidden);
        }
        catalog.put(made);
    }
};

constexpr const char *k_with_facts =
    "source: {image: debian}\n"
    "properties: {based_on: '${image.name} ${image.os_version}', k8s: 'v${package.kubelet}'}\n"
    "publish: {name: 'web on ${image.os_distro} ${image.os_version}'}\n";

} // namespace

TEST_CASE("facts: what the source's record tells is put into properties and the name", "[plan]") {
    World world;
    const Target target = world.target(k_with_facts);
    CHECK(target.publish.name == "web on debian 12");
    CHECK(target.properties.set == std::map<std::string, std::string>{
                                       {"based_on", "debian 12"}, {"k8s", "v${package.kubelet}"}});
    CHECK(target.facts == std::vector<std::string>{"package.kubelet"});
}

TEST_CASE("facts: the image that is there is as wanted when what it told gives its values",
          "[plan]") {
    World world;
    const Target first = world.target(k_with_facts);
    world.pretend_applied(first, R"({"package.kubelet":"1.29"})",
                          {{"based_on", "debian 12"}, {"k8s", "v1.29"}});
    CHECK(world.target(k_with_facts).action == Action::none);
    ImageChange by_hand;
    by_hand.id = k_made;
    by_hand.properties["k8s"] = "v1.30";
    world.catalog.apply(by_hand);
    const Target second = world.target(k_with_facts);
    CHECK(second.action == Action::update);
    CHECK(second.properties.set == std::map<std::string, std::string>{{"k8s", "v1.29"}});
}

TEST_CASE("facts: what an image told and nobody knows any more is left as it is", "[plan]") {
    World world;
    const auto facts = GENERATE(as<std::string>(), "", "[]", "{", R"({"package.kubelet":1})");
    world.pretend_applied(world.target(k_with_facts), facts,
                          {{"based_on", "debian 12"}, {"k8s", "by hand"}});
    CHECK(world.target(k_with_facts).action == Action::none);
}

TEST_CASE("facts: another fact is another image, another text with the same facts is not",
          "[plan]") {
    World world;
    world.pretend_applied(world.target(k_with_facts), R"({"package.kubelet":"1.29"})",
                          {{"based_on", "debian 12"}, {"k8s", "v1.29"}});
    const std::string source = "source: {image: debian}\npublish: {name: web on debian 12}\n";
    const Target other_text =
        world.target(source + "properties: {k8s: 'kubelet ${package.kubelet}'}\n");
    CHECK(other_text.action == Action::update);
    CHECK(other_text.properties.set == std::map<std::string, std::string>{{"k8s", "kubelet 1.29"}});
    CHECK(world.target(source + "properties: {os: '${guest.os}'}\n").action == Action::create);
}

TEST_CASE("facts: a property the source does not have is an error that says where", "[plan]") {
    World world;
    CHECK(world.refusal("source: {image: debian}\nproperties: {a: '${image.edition}'}\n") ==
          "property a names ${image.edition}, and the source image \"debian\" (" +
              std::string(k_debian) +
              ") has no property 'edition' | set it on that image, or write the value in the "
              "recipe");
    CHECK(world.refusal("source: {image: debian}\npublish: {name: '${image.edition}'}\n")
              .starts_with("'publish.name' names ${image.edition}, and the source image"));
}

TEST_CASE("facts: a value of the record that is no name is refused", "[plan]") {
    World world;
    ImageChange odd;
    odd.id = k_debian;
    odd.properties["os_version"] = "12\x1b[31m";
    world.catalog.apply(odd);
    CHECK(world.refusal("source: {image: debian}\npublish: {name: 'v${image.os_version}'}\n") ==
          "with what the source image has, 'publish.name' may not hold the character \\x1b: "
          "'v12\\x1b[31m' | write the name in the recipe");
}

TEST_CASE("facts: what a record holds is no text of the recipe, and is not read as one", "[plan]") {
    World world;
    ImageChange odd;
    odd.id = k_debian;
    odd.properties["pk"] = "${package.bash}";
    odd.properties["im"] = "${image.im}";
    odd.properties["empty"] = "";
    odd.properties["long"] = std::string(255, 'l');
    world.catalog.apply(odd);
    const std::string source = "source: {image: debian}\n";
    CHECK(world.refusal(source + "publish: {name: '${image.im}'}\n") ==
          "'publish.name' names ${image.im}, and what the source image \"debian\" (" +
              std::string(k_debian) +
              ") has there would itself be taken for a fact: ${image.im} | write the value in the "
              "recipe, or change it on that image");
    CHECK(world.refusal(source + "properties: {a: '<${image.pk}> ${package.bash}'}\n")
              .starts_with("property a names ${image.pk}, and what the source image"));
    CHECK(world.refusal(source + "publish: {name: '${image.empty}'}\n") ==
          "with what the source image has, 'publish.name' is empty: '' | write the name in the "
          "recipe");
    CHECK(world.refusal(source + "publish: {name: '${image.long}a'}\n")
              .starts_with("with what the source image has, 'publish.name' is longer than 255 "
                           "characters: 'lll"));
    std::string big;
    for (int i = 0; i < 300; ++i)
        big += "${image.long}";
    CHECK(world.refusal(source + "properties: {a: \"" + big + "\"}\n")
              .starts_with("with what the source image has, property a is longer than 64 KiB"));
}

TEST_CASE("facts: a name that the recipe itself gives needs no record", "[plan]") {
    World world;
    const std::string recipe = "source: {image: debian}\npublish: {name: '${image.name} c'}\n";
    world.pretend_applied(world.target(recipe), "{}", {});
    world.catalog.remove(k_debian);
    const Target target = world.target(recipe);
    CHECK(target.action == Action::none);
    CHECK(target.publish.name == "debian c");
}

TEST_CASE("facts: a name of what is gone is that of the images that were made", "[plan]") {
    World world;
    const std::string recipe =
        "source: {image: debian}\npublish: {name: 'Debian ${image.os_version}'}\n";
    world.pretend_applied(world.target(recipe), "{}", {});
    world.catalog.remove(k_debian);
    CHECK(world.target(recipe).action == Action::none);
}

TEST_CASE("facts: of two images of the same bytes, that one counts which was built from",
          "[plan]") {
    World world;
    const std::string recipe = "source: {properties: {os_distro: debian}, newest: true}\n"
                               "properties: {note: 'v${image.rel}'}\npublish: {name: web}\n";
    const auto give = [&](const char *id, const char *rel) {
        ImageChange change;
        change.id = id;
        change.properties["rel"] = rel;
        world.catalog.apply(change);
    };
    give(k_debian, "1");
    world.pretend_applied(world.target(recipe), "{}", {{"note", "v1"}});
    Image again = image(k_newer, "again", "2026-01-02T00:00:00.000000Z");
    again.checksums = {{"sha512-used", std::string(128, k_debian[0])}};
    again.properties = {{"os_distro", "debian"}, {"rel", "2"}};
    world.catalog.put(again);
    CHECK(world.target(recipe).action == Action::none);
}

TEST_CASE("lineage: what was built on the current generation is found again", "[plan]") {
    World world;
    const std::string recipe = "source: {image: debian}\npublish: {name: ours}\n"
                               "files: [{to: /a, content: '1'}]\n";
    const Target first = world.target(recipe);
    world.pretend_applied(first, "{}", {});
    world.catalog.remove(k_debian);
    const std::string changed = recipe + "commands: ['true']\n";
    const Target second = world.target(changed, {.from_current = true});
    REQUIRE(second.source.id == k_made);
    Image made = generation("44444444-4444-4444-8444-444444444444", "ours",
                            "2026-03-01T00:00:00.000000Z", "web", k_made);
    made.properties[lineage::k_source_digest] = second.source.digest;
    made.properties[lineage::k_fingerprint] = second.fingerprint;
    ImageChange hidden;
    hidden.id = k_made;
    hidden.hidden = true;
    world.catalog.apply(hidden);
    world.catalog.put(made);
    CHECK(world.target(changed).action == Action::none);
}

TEST_CASE("selection: the source is the visible image that has the properties", "[plan]") {
    World world;
    const std::string recipe = "source: {properties: {os_distro: debian, os_version: '12'}}\n"
                               "publish: {name: web}\n";
    CHECK(world.target(recipe).source.id == k_debian);
    world.put(k_newer, "debian-new", "2026-01-02T00:00:00.000000Z");
    CHECK(world.refusal(recipe).starts_with(
        "the source is ambiguous: 2 images have os_distro=debian, os_version=12\n"));
    CHECK(world.refusal("source: {properties: {os_distro: alpine}}\npublish: {name: web}\n")
              .starts_with("no visible image has the properties that the source shall have: "
                           "os_distro=alpine | "));
}

TEST_CASE("selection: the newest is taken, and no image that a recipe made", "[plan]") {
    World world;
    const std::string recipe = "source: {properties: {os_distro: debian}, newest: true}\n"
                               "publish: {name: web}\n";
    world.put(k_newer, "debian-new", "2026-01-02T00:00:00.000000Z");
    const Target first = world.target(recipe);
    CHECK(first.source.id == k_newer);
    world.pretend_applied(first, "{}", {{"os_distro", "debian"}});
    CHECK(world.target(recipe).action == Action::none);
    Image other = generation("44444444-4444-4444-8444-444444444444", "db",
                             "2026-03-01T00:00:00.000000Z", "other", k_debian);
    other.checksums = {{"sha512-used", std::string(128, '4')}};
    other.properties["os_distro"] = "debian";
    world.catalog.put(other);
    CHECK(world.target(recipe).action == Action::none);
    CHECK(world.target("source: {properties: {retouch_recipe: other}}\npublish: {name: top}\n")
              .source.id == other.id);
}

TEST_CASE("selection: what the recipe built from stays its source while nothing newer comes",
          "[plan]") {
    World world;
    const std::string recipe = "source: {properties: {os_distro: debian}}\n";
    const Target first = world.target(recipe);
    CHECK(first.publish.name == "debian");
    world.pretend_applied(first, "{}", {{"os_distro", "debian"}});
    REQUIRE(world.catalog.find(k_debian)->hidden);
    CHECK(world.target(recipe).action == Action::none);
    world.put(k_newer, "debian", "2026-03-01T00:00:00.000000Z");
    const Target next = world.target(recipe);
    CHECK(next.action == Action::create);
    CHECK(next.source.id == k_newer);
}

TEST_CASE("rebuild: packages are looked at again, against what the present image told", "[plan]") {
    World world;
    const std::string recipe = "source: {image: debian}\nrebuild: {when: [packages]}\n"
                               "files: [{to: /etc/motd, content: x}]\n";
    const Target first = world.target(recipe);
    CHECK(first.facts == std::vector<std::string>{"guest.packages"});
    CHECK(first.unless_packages.empty());
    const std::string digest = "sha256:" + std::string(64, 'a');
    world.pretend_applied(first, R"({"guest.packages":")" + digest + "\"}", {});
    const Target again = world.target(recipe);
    CHECK(again.action == Action::create);
    CHECK(again.unless_packages == digest);
    CHECK(again.reason == "it is as the recipe says, and is built again to see whether packages "
                          "are newer; only then it is published");
    CHECK(world.target(recipe, {.leave_packages = true}).action == Action::none);
    CHECK(world.target(recipe, {.rebuild = true}).unless_packages.empty());
}

TEST_CASE("facts: a saved plan with them is read back, and an edited one is refused", "[plan]") {
    World world;
    Plan plan = world.plan(k_with_facts);
    plan.made_at = "2026-01-31T12:00:00.000000Z";
    CHECK(plan::read_plan(to_json(plan).dump()).targets.at(0).facts == plan.targets.at(0).facts);
    const auto refusal = [&](const auto &change) {
        Plan edited = plan;
        change(edited.targets.at(0));
        try {
            static_cast<void>(plan::read_plan(to_json(edited).dump()));
        } catch (const Error &error) {
            return std::string(error.what());
        }
        return std::string("accepted");
    };
    const std::string place = "the plan is not acceptable: targets[0].";
    CHECK(refusal([](Target &target) { target.facts.clear(); }) ==
          place + "properties.set: expected the facts that 'facts' lists");
    CHECK(refusal([](Target &target) { target.facts = {"image.name"}; }) ==
          place + "facts: expected names of facts of the finished image, sorted, each once");
    CHECK(refusal([](Target &target) { target.properties.set["k8s"] = "${guest.os}"; }) ==
          place + "properties.set: expected the facts that 'facts' lists");
    CHECK(refusal([](Target &target) { target.unless_packages = "sha256:a"; }) ==
          place + "unless_packages: expected a digest, where 'facts' has guest.packages");
}
