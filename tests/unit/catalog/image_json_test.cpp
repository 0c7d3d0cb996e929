#include "catalog/glance/image_json.hpp"

#include "catalog/http/api_error.hpp"
#include "catalog/timestamp.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;

namespace {

Json parsed(const std::string &text) {
    return Json::parse(text);
}

} // namespace

TEST_CASE("image json: a record of Glance on Ceph is read whole") {
    const catalog::GlanceImage found = catalog::image_from_json(parsed(R"({
        "os_hash_algo": "sha512", "os_hash_value": "ABCDEF", "checksum": "0123",
        "name": "debian 12", "disk_format": "raw", "container_format": "bare",
        "visibility": "public", "size": 67108864, "virtual_size": null, "status": "active",
        "protected": true, "min_ram": 512, "min_disk": 2, "owner": "p1", "os_hidden": true,
        "id": "8d03c548-2604-404f-91a3-fa682e4d8416",
        "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:06.5Z",
        "direct_url": "rbd://f/images/8d03/snap",
        "locations": [{"url": "rbd://f/images/8d03/snap", "metadata": {"store": "rbd"}}],
        "tags": ["b", "a", "b"], "stores": "rbd,fs", "self": "/v2/images/x", "file": "/f",
        "schema": "/v2/schemas/image", "hw_qemu_guest_agent": "yes", "os_admin_user": "",
        "os_glance_importing_to_stores": "fs", "some_number": 3, "nothing": null})"));
    Image expected;
    expected.id = "8d03c548-2604-404f-91a3-fa682e4d8416";
    expected.name = "debian 12";
    expected.visibility = "public";
    expected.owner = "p1";
    expected.size = 67108864;
    expected.virtual_size_bytes = 67108864;
    expected.min_disk_gib = 2;
    expected.min_ram_mib = 512;
    expected.is_protected = true;
    expected.hidden = true;
    expected.tags = {"a", "b"};
    expected.properties = {{"hw_qemu_guest_agent", "yes"}, {"os_admin_user", ""}};
    expected.checksums = {{"md5", "0123"}, {"sha512", "abcdef"}};
    expected.locations = {"rbd://f/images/8d03/snap"};
    expected.created_at = "2026-01-02T03:04:05.000000Z";
    expected.updated_at = "2026-01-02T03:04:06.500000Z";
    CHECK(found.image == expected);
    CHECK(found.shows_locations);
    CHECK(found.shows_direct_url);
    CHECK(found.stores == std::vector<std::string>{"rbd", "fs"});
    CHECK(found.internals ==
          std::map<std::string, std::string>{{"os_glance_importing_to_stores", "fs"}});
}

TEST_CASE("image json: a queued record has nothing yet, and its locations may be visible") {
    const catalog::GlanceImage found = catalog::image_from_json(parsed(
        R"({"id": "x", "name": null, "status": "queued", "visibility": "private", "size": null,
            "disk_format": null, "container_format": null, "checksum": null,
            "os_hash_algo": null, "os_hash_value": null, "locations": []})"));
    Image expected;
    expected.id = "x";
    expected.status = "queued";
    expected.disk_format = "";
    expected.container_format = "";
    CHECK(found.image == expected);
    CHECK(found.shows_locations);
    CHECK_FALSE(found.shows_direct_url);
}

TEST_CASE("image json: where locations are hidden the direct URL tells") {
    const catalog::GlanceImage found =
        catalog::image_from_json(parsed(R"({"id": "x", "direct_url": "rbd://f/p/x/snap"})"));
    CHECK(found.image.locations == std::vector<std::string>{"rbd://f/p/x/snap"});
    CHECK_FALSE(found.shows_locations);
}

TEST_CASE("image json: the virtual size of anything but raw is unknown unless Glance says it") {
    CHECK(catalog::image_from_json(parsed(R"({"id":"x","disk_format":"qcow2","size":9})"))
              .image.virtual_size_bytes == 0);
    CHECK(catalog::image_from_json(
              parsed(R"({"id":"x","disk_format":"qcow2","size":9,"virtual_size":70})"))
              .image.virtual_size_bytes == 70);
}

TEST_CASE("image json: an amount that is none is refused, and never taken for nothing") {
    const auto refusal = [](const std::string &key, const std::string &value) -> std::string {
        try {
            static_cast<void>(catalog::image_from_json(
                parsed(fmt::format(R"({{"id": "x", "{}": {}}})", key, value))));
        } catch (const catalog::ApiError &error) {
            CHECK(error.kind() == ErrorKind::unavailable);
            return error.what();
        }
        return "";
    };
    const std::string key = GENERATE("size", "virtual_size", "min_disk", "min_ram");
    const std::string value =
        GENERATE("-1", "-5", "18446744073709551615", "9223372036854775808", "18446744073709551616",
                 "1e300", "1.5", "\"12\"", "true", "[]", "{}");
    CHECK(refusal(key, value)
              .starts_with(fmt::format(
                  "the image service sent a record of image x with an invalid {}: ", key)));
    CHECK(refusal(key, "null").empty());
    CHECK(refusal(key, "9223372036854775807").empty());
    CHECK(refusal("size", "\"\\u001b" + std::string(9000, 'x') + '"').size() < 200);
}

TEST_CASE("image json: an id that cannot be part of an address is none") {
    const std::string id =
        GENERATE("../../..", "a/b", "a b", "a%2fb", "a\\u001b", "\\u202e", ".", "a?b",
                 "0123456789012345678901234567890123456789012345678901234"
                 "5678901234");
    try {
        static_cast<void>(catalog::image_from_json(parsed(fmt::format(R"({{"id": "{}"}})", id))));
        FAIL("it was taken");
    } catch (const catalog::ApiError &error) {
        CHECK(std::string(error.what())
                  .starts_with("the image service sent a record whose id is none: '"));
        CHECK(std::string(error.what()).size() < 150);
    }
}

TEST_CASE("image json: values of a wrong type count as absent") {
    const catalog::GlanceImage found = catalog::image_from_json(parsed(
        R"({"id": "x", "name": 7, "size": null, "protected": "yes", "tags": "a", "locations": {"url": 1}, "checksum": "not hex",
            "created_at": "yesterday", "updated_at": "2026-13-40T99:99:99", "direct_url": 5})"));
    CHECK(found.image.name.empty());
    CHECK(found.image.size == 0);
    CHECK_FALSE(found.image.is_protected);
    CHECK(found.image.tags.empty());
    CHECK(found.image.locations.empty());
    CHECK(found.image.checksums.empty());
    CHECK(found.image.created_at.empty());
}

TEST_CASE("image json: what is no record is refused") {
    const char *text = GENERATE("[]", "7", "{}", R"({"id": 4})", R"({"id": ""})");
    try {
        static_cast<void>(catalog::image_from_json(parsed(text)));
        FAIL("it was taken");
    } catch (const catalog::ApiError &error) {
        CHECK(error.kind() == ErrorKind::unavailable);
        CHECK(std::string(error.what()) == "the image service sent a record without an id");
    }
}

TEST_CASE("image json: a new record names all that can be chosen and nothing Glance refuses") {
    Image draft;
    draft.id = "8d03c548-2604-404f-91a3-fa682e4d8416";
    draft.name = "a \"name\"";
    draft.status = "queued";
    draft.hidden = true;
    draft.size = 5;
    draft.virtual_size_bytes = 5;
    draft.min_disk_gib = 1;
    draft.tags = {"t"};
    draft.owner = "p0";
    draft.checksums = {{"md5", "00"}};
    draft.locations = {"rbd://f/p/x/snap"};
    draft.created_at = "2026-01-02T03:04:05.000000Z";
    draft.properties = {{"os_distro", "debian"},     {"os_glance_x", "1"}, {"stores", "rbd"},
                        {"direct_url", "rbd://..."}, {"location", "x"},    {"os_hash_algo", "md5"}};
    const char *expected =
        R"({"id":"8d03c548-2604-404f-91a3-fa682e4d8416","name":"a \"name\"",)"
        R"("visibility":"private","disk_format":"raw","container_format":"bare",)"
        R"("min_disk":1,"min_ram":0,"protected":false,"os_hidden":true,)"
        R"("tags":["t"],"os_distro":"debian"})";
    CHECK(catalog::image_to_json(draft, "").dump() == expected);
    CHECK(catalog::image_to_json(draft, "p9")["owner"] == "p9");
}

TEST_CASE("image json: a patch writes with add, removes, and escapes names") {
    catalog::ImagePatch patch;
    CHECK(patch.empty());
    patch.set("name", "new");
    patch.set("a/b~c", "v");
    patch.set("tags", std::vector<std::string>{"x"});
    patch.unset("~/");
    patch.add_location("rbd://f/p/i/snap");
    CHECK_FALSE(patch.empty());
    CHECK(
        patch.operations().dump() ==
        R"([{"op":"add","path":"/name","value":"new"},)"
        R"({"op":"add","path":"/a~1b~0c","value":"v"},)"
        R"({"op":"add","path":"/tags","value":["x"]},)"
        R"({"op":"remove","path":"/~0~1"},)"
        R"({"op":"add","path":"/locations/-","value":{"url":"rbd://f/p/i/snap","metadata":{}}}])");
}

TEST_CASE("timestamp: seconds and fractions become microseconds, everything else nothing") {
    CHECK(catalog::with_microseconds("2026-01-02T03:04:05Z") == "2026-01-02T03:04:05.000000Z");
    CHECK(catalog::with_microseconds("2026-01-02T03:04:05") == "2026-01-02T03:04:05.000000Z");
    CHECK(catalog::with_microseconds("2026-01-02T03:04:05.12Z") == "2026-01-02T03:04:05.120000Z");
    CHECK(catalog::with_microseconds("2026-01-02T03:04:05.123456789Z") ==
          "2026-01-02T03:04:05.123456Z");
    for (const char *text : {"", "Z", "2026-01-02", "2026-01-02 03:04:05Z", "2026-01-02T03:04:05.Z",
                             "2026-01-02T03:04:05+02:00", "2026-01-02T03:04:05.1xZ"})
        CHECK(catalog::with_microseconds(text).empty());
}

TEST_CASE("timestamp: moments can be compared, and days that do not exist are none") {
    using namespace std::chrono_literals;
    const auto moment = catalog::parse_timestamp("1970-01-02T00:00:01.5Z");
    REQUIRE(moment);
    CHECK(moment->time_since_epoch() == 24h + 1500ms);
    CHECK_FALSE(catalog::parse_timestamp("2026-02-30T00:00:00Z"));
}
