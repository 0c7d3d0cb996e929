// Rights: what a service would refuse is known before any work, and asking changes nothing.

#include "catalog/glance/rights.hpp"

#include "support/fake_cloud.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;
using namespace retouch::test;

namespace {

const std::string k_id = "8d03c548-2604-404f-91a3-fa682e4d8416";
const std::string k_route = "PATCH /v2/images/" + k_id;
const std::string k_hint =
    "\nhint: use a user that may, or leave it as it is with publish.previous: keep";

struct Cloud {
    FakeCloud fake;
    catalog::Session session{fake.settings(), quick_retries()};
    catalog::ImageApi api{session};
    Image image;

    explicit Cloud(const std::string &role = "member") {
        fake.set_roles({role});
        image.id = k_id;
        image.name = "base";
        image.owner = session.project_id();
    }

    /// "allowed", or kind, text and hint of the refusal.
    std::string ask(const ImageChange &change) {
        try {
            catalog::check_change(api, image, change);
            return "allowed";
        } catch (const Error &error) {
            return fmt::format("{}{}\nhint: {}",
                               error.kind() == ErrorKind::not_authorised ? "" : "another kind: ",
                               error.what(), error.hint());
        }
    }

    std::string answered(int status) {
        fake.on(k_route, Reply{.status = status, .body = "You are not authorized."});
        ImageChange hide;
        hide.id = k_id;
        hide.hidden = true;
        return ask(hide);
    }
};

} // namespace

TEST_CASE("rights: an image that loses the name is asked about with a change that cannot be made") {
    Cloud cloud;
    CHECK(cloud.answered(409) == "allowed");
    CHECK(Json::parse(cloud.fake.requests().back().body) ==
          Json::parse(R"([{"op": "add", "path": "/os_hidden", "value": true},
                          {"op": "remove", "path": "/retouch_probe"}])"));
    CHECK(cloud.answered(400) == "allowed");
    CHECK(cloud.answered(404) == "allowed"); // gone, it needs no change
    CHECK(cloud.answered(403) ==
          fmt::format("the image service does not let us change image {}, which is to lose the "
                      "name to the new one: You are not authorized{}",
                      k_id, k_hint));
    CHECK(cloud.answered(200).starts_with("another kind: "));
}

TEST_CASE("rights: only the own project's images can be deactivated, but by administrators") {
    Cloud cloud;
    cloud.fake.on(k_route, Reply{.status = 409});
    ImageChange deactivate;
    deactivate.id = k_id;
    deactivate.status = "deactivated";
    CHECK(cloud.ask(deactivate) == "allowed");
    cloud.image.owner = "others";
    CHECK(cloud.ask(deactivate) ==
          fmt::format("the image service does not let us change image {}, which is to lose the "
                      "name to the new one: it belongs to project others{}",
                      k_id, k_hint));
    Cloud administrator("admin");
    administrator.fake.on(k_route, Reply{.status = 409});
    administrator.image.owner = "others";
    CHECK(administrator.ask(deactivate) == "allowed");
}
