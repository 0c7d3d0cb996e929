// Property convergence as a table: source or present, wanted, result.

#include "plan/properties.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

TEST_CASE("properties: a new image takes the source's, then the recipe's", "[plan]") {
    const PropertyChanges changes = plan::properties_for_new(
        {{"os_distro", "debian"}, {"os_version", "11"}, {"old", "x"}},
        {{"os_version", "12"}, {"hw_qemu_guest_agent", "yes"}, {"old", std::nullopt}});
    CHECK(changes.set == plan::Properties{{"os_version", "12"}, {"hw_qemu_guest_agent", "yes"}});
    CHECK(changes.before == plan::Properties{{"os_version", "11"}});
    CHECK(changes.remove == std::vector<std::string>{"old"});
    CHECK(changes.keep == plan::Properties{{"os_distro", "debian"}});
}

TEST_CASE("properties: what describes the old bytes does not follow", "[plan]") {
    const PropertyChanges changes =
        plan::properties_for_new({{"img_signature", "s"},
                                  {"owner_specified.openstack.sha256", "d"},
                                  {"owner_specified.shade.md5", "d"},
                                  {"os_glance_importing_to_stores", "x"},
                                  {"os_distro", "debian"}},
                                 {});
    CHECK(changes.remove == std::vector<std::string>{
                                "img_signature", "os_glance_importing_to_stores",
                                "owner_specified.openstack.sha256", "owner_specified.shade.md5"});
    CHECK(changes.keep == plan::Properties{{"os_distro", "debian"}});
}

TEST_CASE("properties: what another manager of images knows its own by does not follow", "[plan]") {
    const std::vector<std::string> names = {"hw_ephemeral_encryption_secret_uuid",
                                            "image_build_date",
                                            "image_source",
                                            "internal_version",
                                            "iso_sha256",
                                            "my-md5sum",
                                            "os_decrypt_container_format",
                                            "upstream_checksum_url",
                                            "uuid_validity"};
    plan::Properties source = {{"hw_ephemeral_encryption", "false"}, {"os_version", "12"}};
    const plan::Properties kept = source;
    for (const std::string &name : names)
        source[name] = "x";
    const PropertyChanges changes = plan::properties_for_new(source, {});
    CHECK(changes.remove == names);
    CHECK(changes.keep == kept);
    // Unless the recipe sets it.
    CHECK(
        plan::properties_for_new({{"image_source", "x"}}, {{"image_source", "x"}}).remove.empty());
}

TEST_CASE("properties: what has the name of a field that the catalog keeps does not follow",
          "[plan]") {
    const std::vector<std::string> names = {"checksum",     "direct_url",    "locations",
                                            "os_hash_algo", "os_hash_other", "os_hash_value",
                                            "owner",        "stores"};
    plan::Properties source;
    for (const std::string &name : names)
        source[name] = "x";
    CHECK(plan::properties_for_new(source, {}).remove == names);
}

TEST_CASE("properties: lineage of another recipe does not follow", "[plan]") {
    const PropertyChanges changes =
        plan::properties_for_new({{"retouch_recipe", "base"}, {"retouch_version", "0"}}, {});
    CHECK(changes == PropertyChanges{});
}

TEST_CASE("properties: a current generation converges only in what the recipe names", "[plan]") {
    const PropertyChanges changes = plan::properties_for_present(
        {{"a", "1"}, {"b", "2"}, {"img_signature", "s"}, {"retouch_fingerprint", "f"}},
        {{"a", "1"}, {"b", std::nullopt}, {"absent", std::nullopt}});
    CHECK(changes.set.empty());
    CHECK(changes.remove == std::vector<std::string>{"b"});
    CHECK(changes.keep == plan::Properties{{"a", "1"}, {"img_signature", "s"}});
}

TEST_CASE("properties: what is dropped does not follow, and the reasons are told", "[plan]") {
    const std::vector<std::string> drop = {"*", "a_*"};
    const plan::Properties source = {
        {"a_b", "1"}, {"checksum", "2"},       {"img_signature", "s"}, {"os_version", "12"},
        {"old", "x"}, {"os_distro", "debian"}, {"retouch_recipe", "r"}};
    const plan::WantedProperties wanted = {
        {"os_version", "12"}, {"os_distro", "Debian"}, {"old", std::nullopt}};
    PropertyChanges expected;
    expected.set = {{"os_distro", "Debian"}};
    expected.before = {{"os_distro", "debian"}};
    expected.keep = {{"os_version", "12"}};
    SECTION("all of it") {
        expected.drop = drop;
        expected.remove = {"a_b", "checksum", "img_signature", "old"};
        expected.reasons = {{"a_b", "dropped by '*'"},
                            {"checksum", "belongs to the source alone"},
                            {"img_signature", "dropped by '*'"},
                            {"old", "dropped by '*'"}};
        CHECK(plan::properties_for_new(source, wanted, drop) == expected);
    }
    SECTION("some") {
        expected.drop = {"a_*"};
        expected.remove = {"a_b", "checksum", "img_signature", "old"};
        expected.reasons = {{"a_b", "dropped by 'a_*'"},
                            {"checksum", "belongs to the source alone"},
                            {"img_signature", "belongs to the source alone"}};
        CHECK(plan::properties_for_new(source, wanted, {"a_*"}) == expected);
    }
}

TEST_CASE("properties: a current generation loses what is dropped, and nothing that the catalog or "
          "retouch keeps",
          "[plan]") {
    PropertyChanges expected;
    expected.remove = {"a", "img_signature"};
    expected.keep = {{"os_glance_x", "1"}, {"os_hash_x", "1"}, {"stores", "rbd"}, {"b", "2"}};
    expected.drop = {"*"};
    expected.reasons = {{"a", "dropped by '*'"}, {"img_signature", "dropped by '*'"}};
    CHECK(plan::properties_for_present({{"a", "1"},
                                        {"b", "2"},
                                        {"img_signature", "s"},
                                        {"os_glance_x", "1"},
                                        {"os_hash_x", "1"},
                                        {"retouch_fingerprint", "f"},
                                        {"stores", "rbd"}},
                                       {{"b", "2"}}, {"*"}) == expected);
}

TEST_CASE("properties: the globs of recipe and catalog are told once each, sorted", "[plan]") {
    CHECK(plan::dropped_names({"b", "a*", "b"}, {"c", "a*"}) ==
          std::vector<std::string>{"a*", "b", "c"});
}
