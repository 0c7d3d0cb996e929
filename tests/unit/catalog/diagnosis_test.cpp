#include "catalog/diagnosis.hpp"

#include "support/fake_cloud.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <regex>

using namespace retouch;
using namespace retouch::test;

namespace {

using State = Finding::State;

/// An image service that makes, patches and removes the one record a diagnosis tries things on.
struct Cloud {
    FakeCloud fake;
    std::string id; ///< of that record

    Cloud() {
        fake.on("GET /versions",
                json_reply({{"versions", {{{"id", "v2.15"}, {"status", "CURRENT"}}}}}, 300));
        fake.on("GET /v2/images", json_reply({{"images", Json::array()}}));
        fake.on("POST /v2/images", [this](const SeenRequest &request) {
            const Json body = Json::parse(request.body);
            id = body.at("id").get<std::string>();
            answer_patches(409);
            fake.on("DELETE /v2/images/" + id, Reply{.status = 204});
            return json_reply(body, 201);
        });
    }

    void answer_patches(int status) {
        fake.on("PATCH /v2/images/" + id,
                json_reply({{"message", "No."}, {"code", "x"}, {"title", "y"}}, status));
    }

    [[nodiscard]] catalog::GlanceOptions options() const {
        catalog::GlanceOptions options;
        options.name = "lab";
        options.cloud = fake.settings();
        options.pool = "images";
        return options;
    }

    [[nodiscard]] std::size_t count(const std::string &route) const {
        const auto routes = fake.routes();
        return static_cast<std::size_t>(std::ranges::count(routes, route));
    }
};

Finding found(const std::vector<Finding> &findings, const std::string &subject) {
    const auto finding = std::ranges::find(findings, subject, &Finding::subject);
    REQUIRE(finding != findings.end());
    return *finding;
}

} // namespace

TEST_CASE("diagnosis of a cloud: each thing in its order, and the record tried on is removed") {
    Cloud cloud;
    const std::vector<Finding> findings = catalog::glance_findings(cloud.options(), true);
    const auto well = [](const std::string &subject, const std::string &detail) {
        return Finding{"Cloud fake", subject, State::ok, detail, "", ErrorKind::failed};
    };
    CHECK(findings == std::vector<Finding>{
                          well("login", "'demo' in the project lab with the roles member, reader"),
                          well("image service", cloud.fake.url() + ", Image API 2.15"),
                          well("records", "0 images"),
                          {"Cloud fake", "publishing", State::warning,
                           "nobody can tell how images are published: there is no active one",
                           "upload an image and run doctor again", ErrorKind::failed},
                          well("leftovers", "no run that died has left anything"),
                          well("new records", "may be made"),
                          well("public images", "may be made"),
                          well("removal", "own records may be removed")});
    CHECK(cloud.count("DELETE /v2/images/" + cloud.id) == 1);
    for (const SeenRequest &request : cloud.fake.requests())
        if (request.method == "POST") {
            CHECK(Json::parse(request.body).at("visibility") == "private");
            CHECK(Json::parse(request.body).at("os_hidden") == true);
        }
}

TEST_CASE("diagnosis of a cloud: a wrong password fails as apply does, and ends it") {
    Cloud cloud;
    catalog::GlanceOptions options = cloud.options();
    options.cloud.secret = base::Secret("guess");
    const std::vector<Finding> findings = catalog::glance_findings(options, true);
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().subject == "login");
    CHECK(findings.front().state == State::failed);
    CHECK(findings.front().kind == ErrorKind::not_authorised);
    CHECK(findings.front().remedy ==
          "check user, password, project and their domains of cloud 'fake' in clouds.yaml");
    CHECK(cloud.fake.routes().empty());
}

TEST_CASE("diagnosis of a cloud: a token that cannot be renewed is a warning with its end") {
    Cloud cloud;
    cloud.fake.accept_token("handed-to-us");
    cloud.fake.set_token_life(std::chrono::seconds(52 * 60 + 30));
    catalog::GlanceOptions options = cloud.options();
    options.cloud.auth_type = catalog::AuthType::token;
    options.cloud.secret = base::Secret("handed-to-us");
    Finding finding = found(catalog::glance_findings(options, true), "token");
    finding.detail = std::regex_replace(finding.detail, std::regex("[0-9-]{10} [0-9:]{5}"), "TIME");
    CHECK(finding ==
          Finding{"Cloud fake", "token", State::warning,
                  "the token of cloud 'fake' ends in 52 min, at TIME UTC, and cannot be renewed: a "
                  "run that takes longer cannot publish",
                  "get a new one before a long run, or sign in with an application credential or "
                  "auth_command in retouch.yaml, which renew it",
                  ErrorKind::failed});
}

TEST_CASE("diagnosis of a cloud: no right to publish for all is a warning") {
    Cloud cloud;
    cloud.fake.on("POST /v2/images", [&](const SeenRequest &request) {
        const Json body = Json::parse(request.body);
        cloud.id = body.at("id").get<std::string>();
        cloud.answer_patches(403);
        cloud.fake.on("DELETE /v2/images/" + cloud.id, Reply{.status = 204});
        return json_reply(body, 201);
    });
    const Finding finding = found(catalog::glance_findings(cloud.options(), true), "public images");
    CHECK(finding.state == State::warning);
    CHECK(finding.detail ==
          "this user may not make images public: a recipe that does so is refused");
    CHECK(cloud.count("DELETE /v2/images/" + cloud.id) == 1);
}

TEST_CASE("diagnosis of a cloud: no right to make records fails, and nothing is tried on them") {
    Cloud cloud;
    cloud.fake.on("POST /v2/images",
                  json_reply({{"message", "Not yours."}, {"code", "x"}, {"title", "y"}}, 403));
    const std::vector<Finding> findings = catalog::glance_findings(cloud.options(), true);
    CHECK(findings.back().subject == "new records");
    CHECK(findings.back().state == State::failed);
    CHECK(findings.back().kind == ErrorKind::not_authorised);
}

TEST_CASE("diagnosis of a cloud: a record that cannot be removed is named") {
    Cloud cloud;
    cloud.fake.on("POST /v2/images", [&](const SeenRequest &request) {
        const Json body = Json::parse(request.body);
        cloud.id = body.at("id").get<std::string>();
        cloud.answer_patches(409);
        cloud.fake.on("DELETE /v2/images/" + cloud.id,
                      json_reply({{"message", "No."}, {"code", "x"}, {"title", "y"}}, 403));
        return json_reply(body, 201);
    });
    const Finding finding = found(catalog::glance_findings(cloud.options(), true), "removal");
    CHECK(finding.state == State::failed);
    CHECK(finding.detail.find("cannot delete image " + cloud.id) == 0);
    CHECK(finding.remedy ==
          "'demo' has the roles member, reader; an administrator of the cloud can allow it");
}

TEST_CASE("diagnosis of a cloud: without Ceph the way to publish is not guessed") {
    Cloud cloud;
    const Finding finding = found(catalog::glance_findings(cloud.options(), false), "publishing");
    CHECK(finding.state == State::warning);
    CHECK(finding.detail == "how images are published cannot be told while Ceph is not in order");
}
