// Property convergence as a table: source or present, wanted, result.

#include "plan/properties.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

TEST_CASE("properties: a new image takes the source's, then the recipe's", "[plan]") {
    const PropertyChanges changes = properties_for_new(
        {{"os_distro", "debian"}, {"os_version", "11"}, {"old", "x"}},
        {{"os_version", "12"}, {"hw_qemu_guest_agent", "yes"}, {"old", std::nullopt}});
    CHECK(changes.set == Properties{{"os_version", "12"}, {"hw_qemu_guest_agent", "yes"}});
    CHECK(changes.before == Properties{{"os_version", "11"}});
    CHECK(changes.remove == std::vector<std::string>{"old"});
    CHECK(changes.keep == Properties{{"os_distro", "debian"}});
}

TEST_CASE("properties: what describes the old bytes does not follow", "[plan]") {
    const PropertyChanges changes = properties_for_new({{"img_signature", "s"},
                                                        {"owner_specified.openstack.sha256", "d"},
                                                        {"owner_specified.shade.md5", "d"},
                                                        {"os_glance_importing_to_stores", "x"},
                                                        {"os_distro", "debian"}},
                                                       {});
    CHECK(changes.remove == std::vector<std::string>{
                                "img_signature", "os_glance_importing_to_stores",
                                "owner_specified.openstack.sha256", "owner_specified.shade.md5"});
    CHECK(changes.keep == Properties{{"os_distro", "debian"}});
}

TEST_CASE("properties: what bears the name of a field that the catalog keeps does not follow",
          "[plan]") {
    const std::vector<std::string> names = {"checksum",     "direct_url",    "locations",
                                            "os_hash_algo", "os_hash_other", "os_hash_value",
                                            "owner",        "stores"};
    Properties source;
    for (const std::string &name : names)
        source[name] = "x";
    CHECK(properties_for_new(source, {}).remove == names);
}

TEST_CASE("properties: lineage of another recipe does not follow", "[plan]") {
    const PropertyChanges changes =
        properties_for_new({{"retouch_recipe", "base"}, {"retouch_version", "0"}}, {});
    CHECK(changes == PropertyChanges{});
}

TEST_CASE("properties: a present generation converges only in what the recipe names", "[plan]") {
    const PropertyChanges changes = properties_for_present(
        {{"a", "1"}, {"b", "2"}, {"img_signature", "s"}, {"retouch_fingerprint", "f"}},
        {{"a", "1"}, {"b", std::nullopt}, {"absent", std::nullopt}});
    CHECK(changes.set.empty());
    CHECK(changes.remove == std::vector<std::string>{"b"});
    CHECK(changes.keep == Properties{{"a", "1"}, {"img_signature", "s"}});
}
