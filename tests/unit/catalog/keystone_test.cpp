#include "catalog/glance/keystone.hpp"

#include "catalog/glance/token.hpp"
#include "catalog/http/api_error.hpp"
#include "support/fake_cloud.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;
using namespace retouch::test;

namespace {

catalog::HttpRequest get(const std::string &path) {
    return {.doing = "look", .url = path};
}

catalog::HttpRequest post(const std::string &path) {
    return {.doing = "change it", .method = "POST", .url = path, .body = "{}"};
}

/// The error `work` ends with.
template<class Work>
catalog::ApiError failure_of(Work &&work) {
    try {
        work();
    } catch (const catalog::ApiError &error) {
        return error;
    }
    throw std::logic_error("it did not fail");
}

/// Neither password nor token may be in what is shown or logged.
void check_discreet(const Error &error, const FakeCloud &cloud) {
    const std::string text = std::string(error.what()) + error.hint();
    CHECK(text.find(k_fake_password) == std::string::npos);
    for (const std::string &token : cloud.tokens())
        CHECK(text.find(token) == std::string::npos);
}

} // namespace

TEST_CASE("keystone: nobody is asked before something is wanted") {
    FakeCloud cloud;
    const catalog::Session session(cloud.settings(), quick_retries());
    CHECK(cloud.logins().empty());
    CHECK(session.requests() == 0);
}

TEST_CASE("keystone: one login serves many requests and tells who we are") {
    FakeCloud cloud;
    cloud.set_roles({"reader", "member"});
    cloud.on("GET /v2/a", Reply{.body = "a"});
    catalog::Session session(cloud.settings(), quick_retries());
    CHECK(session.endpoint() == cloud.url());
    CHECK(session.roles() == std::vector<std::string>{"member", "reader"});
    CHECK(session.has_role("Member"));
    CHECK_FALSE(session.has_role("admin"));
    CHECK(session.project_id() == "p1");
    CHECK(session.user_name() == "demo");
    CHECK(session.request(get("/v2/a")).body == "a");
    CHECK(session.request(get("/v2/a")).body == "a");
    CHECK(cloud.logins().size() == 1);
    CHECK(session.requests() == 2);
    SeenRequest seen = cloud.requests().front();
    CHECK(seen.headers["x-auth-token"] == "token-1");
    CHECK(seen.headers["accept"] == "application/json");
}

TEST_CASE("keystone: logins by password, token and application credential are spelt right") {
    catalog::CloudSettings cloud;
    cloud.auth_url = "http://k:5000/v3/";
    CHECK(catalog::token_url(cloud) == "http://k:5000/v3/auth/tokens");
    cloud.secret = base::Secret("pw");
    cloud.user = {.id = "", .name = "demo", .domain_id = "", .domain_name = "Users"};
    cloud.project = {.id = "", .name = "lab", .domain_id = "d", .domain_name = ""};
    CHECK(catalog::token_request(cloud).dump() ==
          R"({"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"demo",)"
          R"("domain":{"name":"Users"},"password":"pw"}}},)"
          R"("scope":{"project":{"name":"lab","domain":{"id":"d"}}}}})");
    cloud.user = {.id = "u1", .name = "", .domain_id = "", .domain_name = ""};
    cloud.project = {};
    cloud.system_scope = true;
    CHECK(catalog::token_request(cloud).dump() ==
          R"({"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u1",)"
          R"("password":"pw"}}},"scope":{"system":{"all":true}}}})");
    cloud.auth_type = catalog::AuthType::token;
    cloud.project = {.id = "p1", .name = "", .domain_id = "", .domain_name = ""};
    CHECK(catalog::token_request(cloud).dump() ==
          R"({"auth":{"identity":{"methods":["token"],"token":{"id":"pw"}},)"
          R"("scope":{"project":{"id":"p1"}}}})");
    cloud.auth_type = catalog::AuthType::application_credential;
    cloud.project = {};
    cloud.system_scope = false;
    cloud.credential = {.id = "ac", .name = "", .domain_id = "", .domain_name = ""};
    CHECK(catalog::token_request(cloud).dump() ==
          R"({"auth":{"identity":{"methods":["application_credential"],)"
          R"("application_credential":{"secret":"pw","id":"ac"}}}})");
    cloud.credential = {.id = "", .name = "ci", .domain_id = "", .domain_name = ""};
    CHECK(catalog::token_request(cloud).dump() ==
          R"({"auth":{"identity":{"methods":["application_credential"],)"
          R"("application_credential":{"secret":"pw","name":"ci","user":{"id":"u1"}}}}})");
}

TEST_CASE("keystone: a token about to end is renewed before it is used") {
    FakeCloud cloud;
    cloud.on("GET /v2/a", Reply{});
    catalog::Session session(cloud.settings(), quick_retries());
    SECTION("with less than two minutes left") {
        cloud.set_token_life(std::chrono::seconds(119));
        static_cast<void>(session.request(get("/v2/a")));
        static_cast<void>(session.request(get("/v2/a")));
        std::vector<SeenRequest> seen = cloud.requests();
        CHECK(seen[0].headers["x-auth-token"] != seen[1].headers["x-auth-token"]);
    }
    SECTION("with more it is used") {
        cloud.set_token_life(std::chrono::seconds(180));
        static_cast<void>(session.request(get("/v2/a")));
        static_cast<void>(session.request(get("/v2/a")));
        CHECK(cloud.logins().size() == 1);
    }
}

TEST_CASE("keystone: after a 401 there is one new login and one repetition, also of a change") {
    FakeCloud cloud;
    cloud.on("POST /v2/a", Reply{.status = 204});
    catalog::Session session(cloud.settings(), quick_retries());
    static_cast<void>(session.request(post("/v2/a")));
    cloud.revoke_tokens();
    CHECK(session.request(post("/v2/a")).status == 204);
    CHECK(cloud.logins().size() == 2);
    CHECK(session.requests() == 3);
    SeenRequest last = cloud.requests().back();
    CHECK(last.headers["x-auth-token"] == "token-2");
    CHECK(last.body == "{}");
}

TEST_CASE("keystone: a second 401 is the answer") {
    FakeCloud cloud;
    cloud.on("GET /v2/a", Reply{.status = 401});
    catalog::Session session(cloud.settings(), quick_retries());
    CHECK(session.request(get("/v2/a")).status == 401);
    CHECK(cloud.logins().size() == 2);
    CHECK(cloud.requests().size() == 2);
}

TEST_CASE("keystone: a wrong password is not authorised, said with Keystone's words") {
    FakeCloud cloud;
    catalog::CloudSettings settings = cloud.settings();
    settings.secret = base::Secret("wrong secret");
    catalog::Session session(settings, quick_retries());
    const catalog::ApiError error = failure_of([&] { static_cast<void>(session.roles()); });
    CHECK(error.kind() == ErrorKind::not_authorised);
    CHECK(error.status() == 401);
    CHECK(std::string(error.what()) ==
          "cannot log in to cloud 'fake': The request you have made requires authentication (HTTP "
          "401)");
    CHECK(error.hint() ==
          "check user, password, project and their domains of cloud 'fake' in clouds.yaml");
    CHECK(std::string(error.what()).find("wrong secret") == std::string::npos);
    CHECK(cloud.logins().size() == 1);
}

TEST_CASE("keystone: what a service gives back of our secrets is not shown") {
    FakeCloud cloud;
    catalog::CloudSettings settings = cloud.settings();
    settings.secret = base::Secret("PASSW0RD-hunter2");
    const auto said = [&](const Reply &reply) {
        cloud.once("POST /v3/auth/tokens", reply);
        catalog::Session session(settings, quick_retries());
        const catalog::ApiError error = failure_of([&] { static_cast<void>(session.roles()); });
        return std::string(error.what());
    };
    const std::string cannot = "cannot log in to cloud 'fake': ";
    const std::string hidden = "; what the service said holds a secret and is not shown (HTTP ";
    CHECK(said(json_reply({{"error", {{"message", "bad: {\"password\":\"PASSW0RD-hunter2\"}"}}}},
                          400)) == cannot + "bad: {\"password\":\"***\"} (HTTP 400)");
    CHECK(said({.status = 401, .body = "user=demo&password=PASSW0RD%2dhunter2"}) ==
          cannot + "the login was not accepted" + hidden + "401)");
    CHECK(said({.status = 400, .body = "<p>UEFTU1cwUkQtaHVudGVyMg==</p>"}) ==
          cannot + "the request was not understood" + hidden + "400)");
    CHECK(said({.status = 302,
                .body = "moved, PASSW0RD",
                .headers = {{"Location", "http://elsewhere/-hunter2"}}}) ==
          cannot + "the service is elsewhere" + hidden + "302)");
    CHECK(said({.status = 500,
                .body = "sorry",
                .headers = {{"X-Openstack-Request-Id", "req-PASSW0RD-hunter2"}}}) ==
          cannot + "sorry (HTTP 500, request req-***)");
    CHECK(said({.status = 201, .body = R"({"PASSW0RD-hunter2":1,"PASSW0RD-hunter2":2})"}) ==
          "cannot log in: the answer repeats the key '***'");
}

TEST_CASE("keystone: a token is a secret from its arrival on, also to the image service") {
    FakeCloud cloud;
    const std::string token = "gAAAAABl-token-of-Keystone";
    Json body = Json::parse(R"({"token": {"user": {"name": "x gAAAAABl-token-of-Keystone"},
        "project": {"id": "p1"}, "roles": [{"name": "%67AAAAABl-token-of-Keystone"}],
        "catalog": []}})");
    Reply reply = json_reply(body, 201);
    reply.headers.emplace_back("X-Subject-Token", token);
    cloud.once("POST /v3/auth/tokens", reply);
    catalog::Session session(cloud.settings(), quick_retries());
    CHECK(session.user_name() == "***");
    CHECK(session.roles() == std::vector<std::string>{"***"});
    CHECK(session.secrets().message("you are " + token) == "you are ***");
    CHECK_FALSE(session.secrets().message("you are gaaaaabl_token_of_keystone"));
}

TEST_CASE("keystone: a Keystone that is away is waited for a little") {
    FakeCloud cloud;
    SECTION("it comes back") {
        cloud.once("POST /v3/auth/tokens", Reply{.status = 503});
        cloud.once("POST /v3/auth/tokens", Reply{.lost = true});
        catalog::Session session(cloud.settings(), quick_retries());
        CHECK(session.user_name() == "demo");
        CHECK(cloud.logins().size() == 3);
    }
    SECTION("it does not") {
        for (int i = 0; i < 3; ++i)
            cloud.once("POST /v3/auth/tokens",
                       Reply{.status = 503, .headers = {{"x-openstack-request-id", "req-1"}}});
        catalog::Session session(cloud.settings(), quick_retries());
        const catalog::ApiError error = failure_of([&] { static_cast<void>(session.roles()); });
        CHECK(error.kind() == ErrorKind::temporary);
        CHECK(std::string(error.what()) ==
              "cannot log in to cloud 'fake': the service is not available (HTTP 503, request "
              "req-1)");
        CHECK(error.request_id() == "req-1");
    }
    SECTION("nobody listens") {
        catalog::CloudSettings settings = cloud.settings();
        settings.auth_url = fmt::format("http://127.0.0.1:{}", free_port());
        catalog::Session session(settings, quick_retries());
        const catalog::ApiError error = failure_of([&] { static_cast<void>(session.roles()); });
        CHECK(error.kind() == ErrorKind::unavailable);
        CHECK(std::string(error.what()) ==
              fmt::format("cannot log in to cloud 'fake': no connection to {}: Connection refused",
                          settings.auth_url));
        check_discreet(error, cloud);
    }
}

TEST_CASE("keystone: an auth_url that is no Keystone is said to be wrong") {
    FakeServer server(
        [](const SeenRequest &) { return Reply{.body = "<html><body>Welcome</body></html>"}; });
    catalog::CloudSettings settings = FakeCloud().settings();
    settings.auth_url = server.url();
    catalog::Session session(settings, quick_retries());
    const catalog::ApiError error = failure_of([&] { static_cast<void>(session.roles()); });
    CHECK(error.kind() == ErrorKind::unavailable);
    CHECK(std::string(error.what()) == "cannot log in: the answer is not JSON: line 1, column 1");
}

TEST_CASE("keystone: only it knows that there is no such project") {
    FakeCloud cloud;
    catalog::Session session(cloud.settings(), quick_retries());
    const auto answered = [&](Reply reply) {
        cloud.once("GET /v3/projects/p%2F1", std::move(reply));
        return session.project_state("p/1");
    };
    CHECK(answered({.body = R"({"project": {"id": "p/1"}})"}) == catalog::ProjectState::usable);
    CHECK(answered({.body = R"({"project": {"is_domain": false, "enabled": true}})"}) ==
          catalog::ProjectState::usable);
    CHECK(answered({.body = R"({"project": {"is_domain": true, "enabled": true}})"}) ==
          catalog::ProjectState::domain);
    CHECK(answered({.body = R"({"project": {"is_domain": false, "enabled": false}})"}) ==
          catalog::ProjectState::disabled);
    CHECK(answered({.status = 404, .body = R"({"error": {"code": 404}})"}) ==
          catalog::ProjectState::absent);
    CHECK(answered({.status = 404, .body = "<html>Not Found</html>"}) == std::nullopt);
    CHECK(answered({.status = 404, .body = R"({"error": 404})"}) == std::nullopt);
    CHECK(answered({.status = 403, .body = R"({"error": {"code": 403}})"}) == std::nullopt);
    CHECK(answered({.status = 500}) == std::nullopt);
}

TEST_CASE("keystone: a question is repeated while the service is away, a change is not") {
    FakeCloud cloud;
    cloud.on("GET /v2/a", Reply{.body = "a"});
    cloud.on("POST /v2/a", Reply{.body = "b"});
    catalog::Session session(cloud.settings(), quick_retries());
    SECTION("a question survives 503 and a lost answer") {
        cloud.once("GET /v2/a", Reply{.status = 503});
        cloud.once("GET /v2/a", Reply{.lost = true});
        CHECK(session.request(get("/v2/a")).body == "a");
        CHECK(cloud.requests().size() == 3);
    }
    SECTION("three times is enough") {
        for (int i = 0; i < 4; ++i)
            cloud.once("GET /v2/a", Reply{.status = 503});
        CHECK(session.request(get("/v2/a")).status == 503);
        CHECK(session.requests() == 3);
    }
    SECTION("a change that met 503 is answered with it") {
        cloud.once("POST /v2/a", Reply{.status = 503});
        CHECK(session.request(post("/v2/a")).status == 503);
        CHECK(session.requests() == 1);
    }
    SECTION("a change whose answer was lost is not sent again") {
        cloud.once("POST /v2/a", Reply{.lost = true});
        const catalog::ApiError error =
            failure_of([&] { static_cast<void>(session.request(post("/v2/a"))); });
        CHECK(error.outcome_unknown());
        CHECK(error.kind() == ErrorKind::unavailable);
        CHECK(session.requests() == 1);
        check_discreet(error, cloud);
    }
}

TEST_CASE("keystone: a service that has answered once is waited for longer") {
    FakeCloud cloud;
    cloud.on("GET /v2/a", Reply{.body = "a"});
    catalog::RetryPolicy retries = quick_retries();
    retries.first_tries = 1;
    catalog::Session session(cloud.settings(), retries);
    SECTION("before, its address may be wrong") {
        cloud.once("POST /v3/auth/tokens", Reply{.status = 503});
        CHECK(failure_of([&] { static_cast<void>(session.roles()); }).status() == 503);
    }
    SECTION("afterwards it is trusted to come back") {
        static_cast<void>(session.roles());
        cloud.once("GET /v2/a", Reply{.status = 503});
        CHECK(session.request(get("/v2/a")).body == "a");
    }
}

TEST_CASE("keystone: the image service is the one of region and interface") {
    FakeCloud cloud;
    catalog::CloudSettings settings = cloud.settings();
    SECTION("an interface, without version and slash") {
        settings.interfaces = {"internal"};
        CHECK(catalog::Session(settings).endpoint() == cloud.url() + "/inner");
    }
    SECTION("interfaces are tried in order") {
        settings.interfaces = {"admin", "public"};
        CHECK(catalog::Session(settings).endpoint() == cloud.url());
    }
    SECTION("an address of one's own needs no login") {
        settings.image_endpoint = "http://other:9292/v2";
        CHECK(catalog::Session(settings).endpoint() == "http://other:9292");
        CHECK(cloud.logins().empty());
    }
    SECTION("what is not there is said, with what is") {
        settings.interfaces = {"admin"};
        settings.region = "RegionTwo";
        catalog::Session session(settings);
        try {
            static_cast<void>(session.endpoint());
            FAIL("it was found");
        } catch (const Error &error) {
            CHECK(error.kind() == ErrorKind::bad_config);
            CHECK(std::string(error.what()) == "cloud 'fake' offers no image service with "
                                               "interface admin in region RegionTwo");
            CHECK(error.hint() == "it offers: internal in RegionOne, public in RegionOne");
        }
    }
}

TEST_CASE("keystone: a token got over https does not travel over http") {
    catalog::CloudSettings cloud;
    cloud.name = "safe";
    cloud.auth_url = "https://keystone:5000/v3";
    const auto endpoint = [&](const std::string &url) {
        catalog::Token token;
        token.catalog = {{"image", "public", "RegionOne", url}};
        return catalog::image_endpoint(token, cloud);
    };
    const auto refusal = [&](const std::string &url) -> std::string {
        try {
            return "taken: " + endpoint(url);
        } catch (const Error &error) {
            CHECK(error.kind() == ErrorKind::bad_config);
            CHECK(error.hint() ==
                  "ask its administrator to fix the catalog of services, or give the address "
                  "yourself: image_endpoint_override in clouds.yaml or OS_IMAGE_ENDPOINT_OVERRIDE");
            return error.what();
        }
    };
    CHECK(endpoint("https://other:9292/v2") == "https://other:9292");
    const std::string plain =
        GENERATE("http://glance:9292", "HTTP://glance:9292/v2", "hTTp://glance");
    CHECK(refusal(plain) ==
          fmt::format("cloud 'safe' offers its image service at {}, without encryption, and the "
                      "login is encrypted: everybody on the way could read the token",
                      plain.substr(0, plain.find("/v2"))));
    const std::string odd = GENERATE(
        "glance:9292", "//glance", "ftp://glance", "file:///etc/passwd", " http://glance",
        "https://", "https:///x", "https://a b", "https://me:pw@glance", "https://glance?x",
        "https://glance#x", "https://glance\\@other", "https://gl\x01nce", "");
    CHECK_THAT(refusal(odd), Catch::EndsWith(", which is not the URL of a web service"));
    cloud.auth_url = "http://keystone:5000/v3";
    CHECK(endpoint(plain).size() >= 13);
}

TEST_CASE("keystone: http is used after https when somebody asked for just that address") {
    catalog::CloudSettings settings = FakeCloud().settings();
    settings.auth_url = "https://keystone:5000/v3";
    settings.image_endpoint = "http://glance:9292";
    CHECK(catalog::Session(settings).endpoint() == "http://glance:9292");
}

TEST_CASE("keystone: only a final version is taken off an address") {
    CHECK(catalog::without_version("http://h/v3") == "http://h");
    CHECK(catalog::without_version("http://h/image/v2.0//") == "http://h/image");
    CHECK(catalog::without_version("http://h/vault") == "http://h/vault");
    CHECK(catalog::without_version("http://h/v") == "http://h/v");
    CHECK(catalog::without_version("http://h:5000/identity") == "http://h:5000/identity");
}

TEST_CASE("keystone: without Keystone the login is what was configured") {
    FakeServer server([](const SeenRequest &) { return Reply{.body = "a"}; });
    catalog::CloudSettings settings;
    settings.name = "plain";
    settings.image_endpoint = server.url();
    const auto headers = [&] {
        catalog::Session session(settings, quick_retries());
        CHECK(session.request(get("/v2/a")).body == "a");
        CHECK(session.roles().empty());
        CHECK(session.project_id().empty());
        REQUIRE(server.requests().size() == 1);
        return server.requests().front().headers;
    };
    SECTION("none") {
        settings.auth_type = catalog::AuthType::none;
        CHECK_FALSE(headers().contains("x-auth-token"));
    }
    SECTION("admin_token") {
        settings.auth_type = catalog::AuthType::admin_token;
        settings.secret = base::Secret("fixed");
        CHECK(headers()["x-auth-token"] == "fixed");
    }
    SECTION("http_basic") {
        settings.auth_type = catalog::AuthType::http_basic;
        settings.user.name = "Aladdin";
        settings.secret = base::Secret("open sesame");
        CHECK(headers()["authorization"] == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }
}
