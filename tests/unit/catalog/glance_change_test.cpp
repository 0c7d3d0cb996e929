// Changes of a record at Glance: asked for as far as they are missing, and made when somebody else
// has just made them.

#include "catalog/glance/glance_catalog.hpp"

#include "base/run_directory.hpp"
#include "support/fake_cloud.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

namespace {

using Routes = std::vector<std::string>;

const std::string k_id = "8d03c548-2604-404f-91a3-fa682e4d8416";
const std::string k_path = "/v2/images/" + k_id;

struct Cloud {
    FakeCloud fake;
    base::RunDirectory directory;
    catalog::GlanceCatalog catalog{options()};

    [[nodiscard]] catalog::GlanceOptions options() const {
        catalog::GlanceOptions options;
        options.name = "lab";
        options.cloud = fake.settings();
        options.cache_directory = directory.path() / "cache";
        options.state_directory = directory.path() / "state";
        return options;
    }

    /// The requests that write, in order.
    [[nodiscard]] Routes written() const {
        Routes routes = fake.routes();
        std::erase_if(routes, [](const std::string &route) { return route.starts_with("GET"); });
        return routes;
    }
};

Json record(const Json &more) {
    Json image = {{"id", k_id}, {"status", "active"}, {"visibility", "shared"}, {"name", "base"}};
    image.update(more);
    return image;
}

ImageChange detached() {
    ImageChange change;
    change.id = k_id;
    change.properties["retouch_detach"] = std::nullopt;
    return change;
}

} // namespace

TEST_CASE("glance change: who shares an image already is not added again") {
    Cloud cloud;
    cloud.fake.on("GET " + k_path, json_reply(record(Json::object())));
    cloud.fake.on("GET " + k_path + "/members",
                  json_reply({{"members",
                               {{{"member_id", "done"}, {"status", "accepted"}},
                                {{"member_id", "asked"}, {"status", "pending"}}}}}));
    cloud.fake.on("POST " + k_path + "/members", Reply{});
    for (const char *project : {"asked", "fresh"})
        cloud.fake.on("PUT " + k_path + "/members/" + project, Reply{});
    ImageChange change;
    change.id = k_id;
    change.members = {{"done", "accepted"}, {"asked", "accepted"}, {"fresh", "rejected"}, {"new"}};
    cloud.catalog.apply(change);
    CHECK(cloud.written() ==
          Routes{"PUT " + k_path + "/members/asked", "POST " + k_path + "/members",
                 "PUT " + k_path + "/members/fresh", "POST " + k_path + "/members"});
}

TEST_CASE("glance change: one that somebody else has just made is made") {
    Cloud cloud;
    cloud.fake.once("GET " + k_path, json_reply(record({{"retouch_detach", "pending"}})));
    cloud.fake.on("PATCH " + k_path, Reply{.status = 409, .body = "Property does not exist."});
    SECTION("it is there") {
        cloud.fake.on("GET " + k_path, json_reply(record(Json::object())));
        CHECK_NOTHROW(cloud.catalog.apply(detached()));
    }
    SECTION("it is not: something else stood in the way") {
        cloud.fake.on("GET " + k_path, json_reply(record({{"retouch_detach", "pending"}})));
        CHECK_THROWS_AS(cloud.catalog.apply(detached()), Error);
    }
}
