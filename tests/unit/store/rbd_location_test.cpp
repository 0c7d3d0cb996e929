// Locations of images in Ceph: four quoted pieces, and a reason for everything else.

#include "store/rbd/record_location.hpp"
#include "unit/store/disk_files.hpp"

using namespace retouch;

namespace {

constexpr const char *k_hint =
    "\nhint: locations of images in Ceph read rbd://FSID/POOL/IMAGE/SNAPSHOT";

std::string refusal_of(std::string_view url) {
    return test::error_of(
        "/none", [&] { static_cast<void>(store::parse_rbd_location(url)); }, ErrorKind::refused);
}

} // namespace

TEST_CASE("rbd location: four pieces are read and written back") {
    const store::RbdLocation location{"f5-id", "images", "11111111-1111-4111-8111-111111111111",
                                      "snap"};
    const std::string url = "rbd://f5-id/images/11111111-1111-4111-8111-111111111111/snap";
    CHECK(store::parse_rbd_location(url) == location);
    CHECK(store::format_rbd_location(location) == url);
    CHECK(store::short_name(location) == "images/11111111-1111-4111-8111-111111111111@snap");
}

TEST_CASE("rbd location: every byte of a name survives being quoted") {
    const store::RbdLocation location{"a b", "p/ool,x=\"1\"", "ümage:@%2F\x01\x7f", "-._~"};
    CHECK(store::format_rbd_location(location) ==
          "rbd://a%20b/p%2Fool%2Cx%3D%221%22/%C3%BCmage%3A%40%252F%01%7F/-._~");
    CHECK(store::parse_rbd_location(store::format_rbd_location(location)) == location);
    CHECK(store::parse_rbd_location("rbd://a%2fb/p/i/s").fsid == "a/b");
}

TEST_CASE("rbd location: anything else is refused with its reason") {
    const auto [url, reason] = GENERATE(table<const char *, const char *>({
        {"", "it does not begin with rbd://"},
        {"file:///var/lib/glance/images/x", "it does not begin with rbd://"},
        {"RBD://a/b/c/d", "it does not begin with rbd://"},
        {"rbd://image", "it has not four pieces"},
        {"rbd://fsid/pool/image", "it has not four pieces"},
        {"rbd://fsid/pool/image/snap/more", "it has not four pieces"},
        {"rbd://fsid/pool/image/snap/", "it has not four pieces"},
        {"rbd://fsid//image/snap", "one of its pieces is empty"},
        {"rbd://fsid/pool/image/", "one of its pieces is empty"},
        {"rbd://fsid/pool/im%ag/snap",
         "a percent sign in it is not followed by two hexadecimal digits"},
        {"rbd://fsid/pool/image/snap%2",
         "a percent sign in it is not followed by two hexadecimal digits"},
        {"rbd://fsid/pool/image%00/snap",
         "a percent sign in it is not followed by two hexadecimal digits"},
    }));
    CHECK(refusal_of(url) ==
          fmt::format("the location '{}' names no snapshot in Ceph: {}{}", url, reason, k_hint));
}

TEST_CASE("rbd location: of several, the one in our cluster and pool counts") {
    const std::string edge = "rbd://edge/images/i/snap";
    const std::string other_pool = "rbd://ours/glance-fast/i/snap";
    const std::string other_image = "rbd://ours/images/j/snap";
    const std::string ours = "rbd://ours/images/i/snap";
    using Urls = std::vector<std::string>;
    const auto [urls, found] = GENERATE_COPY(table<Urls, std::optional<std::string>>({
        {Urls{}, std::nullopt},
        {{"file:///x", "rbd://i", "cinder://type/volume"}, std::nullopt},
        {{"file:///x", edge}, edge},
        {{edge, "rbd://far/images/i/snap"}, edge},
        {{edge, other_pool, "file:///x"}, other_pool},
        {{edge, other_pool, other_image, ours}, ours},
        {{other_image, other_pool}, other_image},
        {{ours, edge}, ours},
    }));
    CAPTURE(urls);
    const auto chosen = store::preferred_location(urls, {"ours", "images", "i", ""});
    CHECK(chosen == (found ? std::optional(store::parse_rbd_location(*found)) : std::nullopt));
}

TEST_CASE("rbd location: what is quoted in a refusal can do the terminal no harm") {
    CHECK(refusal_of("rbd://\x1b[2J") ==
          fmt::format("the location 'rbd://\\x1b[2J' names no snapshot in Ceph: it has not four "
                      "pieces{}",
                      k_hint));
    CHECK(refusal_of(std::string_view("rbd://a/b/c\0/d", 14)).find("holds a NUL byte") !=
          std::string::npos);
    CHECK(refusal_of("rbd://" + std::string(100'000, 'x')).size() < 5000);
}

TEST_CASE("rbd place: only what may be the name of a pool is taken for one") {
    CHECK(store::pool_of_rbd_place(store::format_rbd_place("images")) == "images");
    const auto [place, pool] = GENERATE(table<std::string, std::string>({
        {"rbd:images/retouch-stage-x", "images"},
        {"rbd:a pool", "a pool"},
        {"", ""},
        {"rbd:", ""},
        {"rbd:/x", ""},
        {"file:/x", ""},
        {"images", ""},
        {"rbd:images@snap", ""},
        {"rbd:\x1b[2J", ""},
        {std::string("rbd:a\0b", 7), ""},
        {"rbd:" + std::string(200, 'x'), ""},
    }));
    CAPTURE(place);
    CHECK(store::pool_of_rbd_place(place) == pool);
}
