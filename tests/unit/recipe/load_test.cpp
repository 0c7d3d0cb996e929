// Loading recipes: the typed result, files that are no recipes, and the printed schema.

#include "recipe/load.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "recipe/schema/embedded_schemas.hpp"
#include "recipe/schema/schema_check.hpp"
#include "recipe/yaml/yaml_reader.hpp"
#include "retouch/json.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <sys/stat.h>

using namespace retouch;

namespace {

const std::filesystem::path k_source = RETOUCH_SOURCE_DIR;

constexpr const char *k_whole = R"(# yaml-language-server: $schema=recipe.schema.json
$schema: recipe.schema.json
publish:
  name: CentOS 7.1 64bit
  visibility: public
  previous: rename
  lineage: flatten
  tags: [linux, "7.1"]
  min_disk: 10
  min_ram: 512
  protected: false
  owner: 6d1f-P_2
retouch: 1
name: centos7-cloud-init
description: Patched ${what}
vars: {what: cloud-init}
checks:
  - run: rpm -q ${what}
source:
  image: CentOS 7.1
  owner: vendor
commands:
  - yum remove -y ${what}
properties:
  hw_qemu_guest_agent: "yes"
  image_meta_old: null
  other:
drop_properties: ["owner_specified.*", "*_${what}"]
)";

std::string first_message(const std::filesystem::path &path) {
    const recipe::LoadedRecipe loaded = recipe::load_recipes(path, {}).front();
    CHECK_FALSE(loaded.recipe);
    const auto items = loaded.diagnostics.sorted();
    REQUIRE(items.size() == 1);
    CHECK(items[0].position == Position{path.string(), 0, 0});
    return items[0].message;
}

/// Every object schema below `schema`, with the path to it.
void each_property(const Json &schema, const std::string &path,
                   const std::function<void(const std::string &, const Json &)> &visit) {
    if (schema.contains("properties"))
        for (const auto &[key, property] : schema["properties"].items()) {
            visit(path + "/" + key, property);
            each_property(property, path + "/" + key, visit);
        }
    for (const char *below : {"items", "additionalProperties"})
        if (schema.contains(below) && schema[below].is_object())
            each_property(schema[below], path + "/" + below, visit);
}

} // namespace

TEST_CASE("load: a disk is of whole sectors, and its root grows unless that is not wanted") {
    const auto disk = [](const std::string &text) {
        const auto loaded = recipe::load_recipe_text(
            "retouch: 1\nname: a\nsource: {image: a}\n" + text + "\n", "r.yaml", {});
        CHECK(loaded.diagnostics.empty());
        return loaded.recipe.value().disk;
    };
    const std::int64_t gib = std::int64_t{1} << 30;
    CHECK_FALSE(disk("description: none"));
    CHECK(disk("disk: {size: 20 GiB}") == DiskWish{20 * gib, DiskGrow::root});
    CHECK(disk("disk: {size: 1.5GiB, grow: none}") == DiskWish{gib * 3 / 2, DiskGrow::none});
    CHECK(disk("disk: {size: \"1000\"}") == DiskWish{1024, DiskGrow::root});
    CHECK(disk("disk: {size: 64 TiB}") == DiskWish{65536 * gib, DiskGrow::root});
    CHECK(disk("disk: {grow: root}") == DiskWish{std::nullopt, DiskGrow::root});
    CHECK(disk("disk: {size: 20.5 GiB}\npublish: {min_disk: 21}"));
}

TEST_CASE("load: a whole recipe becomes typed values") {
    const recipe::LoadedRecipe loaded = recipe::load_recipe_text(k_whole, "dir/../r.yaml", {});
    CHECK(loaded.diagnostics.empty());
    REQUIRE(loaded.recipe);
    const Recipe &recipe = *loaded.recipe;
    CHECK(recipe.path == "dir/../r.yaml");
    CHECK(recipe.directory == std::filesystem::current_path());
    CHECK(recipe.sha256 == base::sha256_hex(k_whole));
    CHECK(recipe.name == "centos7-cloud-init");
    CHECK(recipe.description == "Patched cloud-init");
    CHECK(recipe.source_image == "CentOS 7.1");
    CHECK(recipe.source_owner == "vendor");
    CHECK(recipe.properties ==
          std::map<std::string, std::optional<std::string>>{{"hw_qemu_guest_agent", "yes"},
                                                            {"image_meta_old", std::nullopt},
                                                            {"other", std::nullopt}});
    CHECK(recipe.drop_properties == std::vector<std::string>{"owner_specified.*", "*_cloud-init"});
    const Publish publish{"CentOS 7.1 64bit",
                          "public",
                          PreviousPolicy::rename,
                          LineagePolicy::flatten,
                          std::vector<std::string>{"linux", "7.1"},
                          10,
                          512,
                          false,
                          "6d1f-P_2"};
    CHECK(recipe.publish == publish);
    REQUIRE(recipe.sections.size() == 2);
    CHECK(recipe.sections[0].kind == "checks");
    CHECK(recipe.sections[1].kind == "commands");
    CHECK(recipe.sections[1].value.items.at(0).scalar == "yum remove -y cloud-init");
    CHECK(recipe.sections[1].value.items.at(0).mark == Mark{23, 5});
    CHECK(loaded.files.at(0).lines.at(21) == "commands:");
}

TEST_CASE("load: the smallest recipe publishes as its source, the previous hidden") {
    const auto recipe =
        recipe::load_recipe_text("retouch: 1\nname: a\nsource: {image: b}\n", "r.yaml", {}).recipe;
    REQUIRE(recipe);
    CHECK(recipe->publish == Publish{});
    CHECK(recipe->sections.empty());
}

TEST_CASE("load: what is no readable regular file is said, without hanging") {
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "load-test-");
    const std::string at = folder.path().string();
    CHECK(first_message(at + "/none.yaml") ==
          "cannot open " + at + "/none.yaml: No such file or directory");
    CHECK(first_message(at) == "cannot read " + at + ": it is a directory");
    std::filesystem::create_symlink("nowhere", at + "/link.yaml");
    CHECK(first_message(at + "/link.yaml") ==
          "cannot open " + at + "/link.yaml: No such file or directory");
    REQUIRE(mkfifo((at + "/fifo.yaml").c_str(), 0600) == 0);
    CHECK(first_message(at + "/fifo.yaml") ==
          "cannot read " + at + "/fifo.yaml: it is not a regular file");
    CHECK(first_message("/dev/zero") == "cannot read /dev/zero: it is not a regular file");
}

TEST_CASE("load: a recipe of 100 MB is refused without being read") {
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "load-test-");
    const std::filesystem::path path = folder.path() / "large.yaml";
    base::write_file_atomically(path, "retouch: 1\n");
    std::filesystem::resize_file(path, std::uintmax_t{100} * 1024 * 1024);
    const auto started = std::chrono::steady_clock::now();
    CHECK(first_message(path) == "cannot read " + path.string() + ": it is larger than 1.0 MiB");
    CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(1));
}

TEST_CASE("load: the recipes we ship are right") {
    for (const auto &entry : std::filesystem::directory_iterator(k_source / "recipes")) {
        if (entry.path().extension() != ".yaml")
            continue;
        CAPTURE(entry.path());
        CHECK(recipe::load_recipes(entry.path(), {}).front().recipe);
    }
}

TEST_CASE("schema text: draft 7, all sections in place, every key described by an example") {
    const Json schema = Json::parse(recipe::recipe_schema());
    CHECK(schema["$schema"] == "http://json-schema.org/draft-07/schema#");
    CHECK(schema["title"] == "recipe");
    CHECK(schema["additionalProperties"] == false);
    for (const recipe::EmbeddedSchema &kind : recipe::embedded_schemas())
        if (kind.name != "recipe" && kind.name != "configuration" && kind.name != "plan")
            CHECK(schema["properties"].contains(std::string(kind.name)));
    for (const auto &[name, listed] :
         schema["/properties/steps/items/properties"_json_pointer].items())
        CHECK(listed == Json({{"$ref", "#/properties/" + name}}));
    const auto &service = schema["/properties/services/items/properties/mask/items"_json_pointer];
    CHECK(service["pattern"] == R"(^[A-Za-z0-9:_.\\@-]+$|\$\{)");
    const auto &visibility = schema["/properties/publish/properties/visibility"_json_pointer];
    CHECK(visibility["anyOf"].size() == 2);
    CHECK_FALSE(visibility.contains("enum"));
    each_property(schema, "", [](const std::string &path, const Json &property) {
        if (property.contains("$ref"))
            return;
        CAPTURE(path);
        CHECK(property.contains("description"));
        CHECK(property.contains("examples"));
    });
}

TEST_CASE("configuration schema: fits a configuration and refuses a wrong one") {
    const auto embedded = std::ranges::find(recipe::embedded_schemas(), "configuration",
                                            &recipe::EmbeddedSchema::name);
    REQUIRE(embedded != recipe::embedded_schemas().end());
    const recipe::SchemaChecker checker(Json::parse(embedded->text));
    const auto check = [&](std::string_view text) {
        Diagnostics diagnostics;
        const auto value = recipe::read_yaml(text, "retouch.yaml", diagnostics);
        REQUIRE(value);
        checker.check(*value, "retouch.yaml", {}, diagnostics);
        const auto items = diagnostics.sorted();
        return items.empty() ? std::string() : items.front().message;
    };
    CHECK(check("default: images\ncatalogs:\n  images: {type: local, path: ./images}\n"
                "guest: host\n") == "");
    CHECK(check("catalogs: {a: {type: ceph, path: x}}\n") == "'ceph' is not one of local, glance");
    CHECK(check("catalogs: {a: {path: x}}\n") == "missing key 'type' in 'a'");
    CHECK(check("defualt: a\n") == "unknown key 'defualt' in the configuration");
}
