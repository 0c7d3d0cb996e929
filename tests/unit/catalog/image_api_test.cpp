#include "catalog/glance/image_api.hpp"

#include "support/fake_cloud.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr const char *k_id = "8d03c548-2604-404f-91a3-fa682e4d8416";
const std::string k_path = std::string("/v2/images/") + k_id;

/// A cloud, a session and the API, together.
struct Client {
    FakeCloud cloud;
    catalog::Session session{cloud.settings(), quick_retries()};
    catalog::ImageApi api{session};
};

Json record(const std::string &id, const std::string &created, bool hidden = false) {
    return Json{{"id", id}, {"name", id}, {"created_at", created}, {"os_hidden", hidden}};
}

Json page(std::initializer_list<Json> records, const char *next = nullptr) {
    Json images = Json::array();
    for (const Json &item : records)
        images.push_back(item);
    Json body = Json::object({{"images", std::move(images)}});
    if (next != nullptr)
        body["next"] = next;
    return body;
}

Reply glance_error(int status, const std::string &message) {
    Reply reply = json_reply(Json{{"message", message}, {"code", "x"}, {"title", "y"}}, status);
    reply.headers.emplace_back("X-Openstack-Request-Id", "req-7");
    return reply;
}

template<class Work>
catalog::ApiError failure_of(Work &&work) {
    try {
        work();
    } catch (const catalog::ApiError &error) {
        return error;
    }
    throw std::logic_error("it did not fail");
}

catalog::ApiError patch_failure(int status, const Reply &reply) {
    Client client;
    Reply answer = reply;
    answer.status = status;
    client.cloud.on("PATCH " + k_path, answer);
    catalog::ImagePatch patch;
    patch.set("name", "n");
    return failure_of([&] { client.api.patch(k_id, patch); });
}

std::vector<std::string> ids(const std::vector<catalog::GlanceImage> &images) {
    std::vector<std::string> found;
    for (const catalog::GlanceImage &image : images)
        found.push_back(image.image.id);
    return found;
}

class Bytes : public ByteReader {
  public:
    [[nodiscard]] std::uint64_t size() const override { return 5; }

    std::size_t read(std::uint64_t offset, std::span<char> buffer) override {
        const std::string_view rest = std::string_view("hello").substr(offset);
        return rest.copy(buffer.data(), buffer.size());
    }
};

} // namespace

TEST_CASE("image api: versions are found in a 300 as in a 200, newest first") {
    Client client;
    const Json versions = Json::parse(
        R"({"versions": [{"id": "v2.9", "status": "SUPPORTED"}, {"id": "v2.15", "status": "CURRENT"},
            {"id": "v2.17", "status": "EXPERIMENTAL"}, {"id": "v1.0", "status": "DEPRECATED"},
            {"id": "vx", "status": "CURRENT"}, 7]})");
    client.cloud.on("GET /versions", json_reply(versions, GENERATE(200, 300)));
    CHECK(client.api.versions() == std::vector<catalog::ApiVersion>{{2, 15}, {2, 9}});
}

TEST_CASE("image api: a list holds visible and hidden records of all pages, oldest first") {
    Client client;
    client.cloud.on("GET /v2/images", [](const SeenRequest &request) {
        if (request.target.find("marker=b") != std::string::npos)
            return json_reply(page({record("c", "2026-01-01T00:00:00Z")}));
        if (request.target.find("os_hidden=false") != std::string::npos)
            return json_reply(
                page({record("a", "2026-01-04T00:00:00Z"), record("b", "2026-01-02T00:00:00Z")},
                     "/v2/images?limit=1000&os_hidden=false&marker=b"));
        return json_reply(page({record("h", "2026-01-03T00:00:00Z", true),
                                record("b", "2026-01-02T00:00:00Z", true)}));
    });
    const std::vector<catalog::GlanceImage> images = client.api.list({.owner = "p1"});
    CHECK(ids(images) == std::vector<std::string>{"c", "b", "h", "a"});
    CHECK(images[1].image.hidden); // it was hidden between the two questions
    CHECK(client.session.requests() == 3);
    CHECK(client.cloud.requests().front().target ==
          "/v2/images?limit=1000&visibility=all&owner=p1&os_hidden=false");
}

TEST_CASE("image api: whose records are listed is said to the service") {
    Client client;
    client.cloud.on("GET /v2/images", json_reply(page({})));
    static_cast<void>(client.api.list({.owner = "p&1"}));
    static_cast<void>(client.api.list({.visibility = "public"}));
    static_cast<void>(client.api.list({}));
    std::vector<std::string> asked;
    for (const SeenRequest &request : client.cloud.requests())
        if (request.target.ends_with("&os_hidden=true"))
            asked.push_back(request.target);
    CHECK(asked == std::vector<std::string>{
                       "/v2/images?limit=1000&visibility=all&owner=p%261&os_hidden=true",
                       "/v2/images?limit=1000&visibility=public&os_hidden=true",
                       "/v2/images?limit=1000&visibility=all&os_hidden=true"});
}

TEST_CASE("image api: the latest of a name is asked for in one short request") {
    Client client;
    client.cloud.once("GET /v2/images", json_reply(page({record("b", "2026-01-02T00:00:00Z")})));
    client.cloud.on("GET /v2/images", json_reply(page({})));
    CHECK(client.api.latest("a b&c", "p1").value().image.id == "b");
    CHECK(client.cloud.requests().front().target ==
          "/v2/images?limit=1&visibility=all&os_hidden=false&sort_key=updated_at&sort_dir=desc"
          "&name=eq:a%20b%26c&owner=p1");
    CHECK_FALSE(client.api.latest("a", ""));
}

TEST_CASE("image api: a list that leads elsewhere or is none is refused") {
    Client client;
    const Json answer =
        GENERATE(page({record("a", "")}, "http://elsewhere.invalid/v2/images?x"),
                 page({record("a", "")}, "/v3/other?x"), Json{{"images", 5}}, Json(7));
    client.cloud.on("GET /v2/images", json_reply(answer));
    const catalog::ApiError error =
        failure_of([&] { static_cast<void>(client.api.list({.owner = "p1"})); });
    CHECK(error.kind() == ErrorKind::unavailable);
    CHECK(std::string(error.what()) == "cannot list the images: the answer was not expected");
}

TEST_CASE("image api: a list that goes in circles is given up when it brings nothing new") {
    int turn = 0;
    Client client;
    SECTION("a page that leads to itself") {
        client.cloud.on("GET /v2/images",
                        json_reply(page({record("a", "")}, "/v2/images?marker=a")));
    }
    SECTION("two pages that lead to each other, by a new address each time") {
        client.cloud.on("GET /v2/images", [&turn](const SeenRequest &) {
            const std::string next = fmt::format("/v2/images?turn={}", ++turn);
            return json_reply(page({record(turn % 2 == 0 ? "a" : "b", "")}, next.c_str()));
        });
    }
    const catalog::ApiError error =
        failure_of([&] { static_cast<void>(client.api.list({.owner = "p1"})); });
    CHECK(error.kind() == ErrorKind::unavailable);
    CHECK(std::string(error.what()) == "cannot list the images: the answer was not expected");
    CHECK(client.session.requests() <= 3);
}

TEST_CASE("image api: a list that brings new records for ever ends at a number of pages") {
    int turn = 0;
    Client client;
    client.cloud.on("GET /v2/images", [&turn](const SeenRequest &) {
        const std::string next = fmt::format("/v2/images?turn={}", ++turn);
        return json_reply(page({record(fmt::format("i{}", turn), "")}, next.c_str()));
    });
    const catalog::ApiError error =
        failure_of([&] { static_cast<void>(client.api.list({.owner = "p1"})); });
    CHECK(error.kind() == ErrorKind::unavailable);
    CHECK(std::string(error.what()) == "cannot list the images: the list does not end");
    CHECK(client.session.requests() == 1000);
}

TEST_CASE("image api: a page of a list is bounded") {
    Client client;
    client.cloud.on("GET /v2/images", Reply{.body = std::string(std::size_t{17} << 20U, ' ')});
    CHECK(std::string(
              failure_of([&] { static_cast<void>(client.api.list({.owner = "p1"})); }).what()) ==
          fmt::format("cannot list the images: {} answers with more than 16.0 MiB",
                      client.cloud.url()));
}

TEST_CASE("image api: an answer about another image is no answer") {
    Client client;
    client.cloud.on("GET " + k_path, json_reply(record("other", "")));
    client.cloud.on("PATCH " + k_path, json_reply(record("other", "")));
    CHECK(std::string(failure_of([&] { static_cast<void>(client.api.find(k_id)); }).what()) ==
          fmt::format("cannot look at image {}: the answer was not expected", k_id));
    catalog::ImagePatch patch;
    patch.set("name", "n");
    CHECK(failure_of([&] { client.api.patch(k_id, patch); }).kind() == ErrorKind::unavailable);
}

TEST_CASE("image api: an empty page ends a list") {
    Client client;
    client.cloud.on("GET /v2/images", json_reply(page({}, "/v2/images?marker=a")));
    CHECK(client.api.list({.owner = "p1"}).empty());
    CHECK(client.session.requests() == 2);
}

TEST_CASE("image api: a record is found by id, or is not there") {
    Client client;
    client.cloud.on("GET " + k_path, json_reply(record(k_id, "2026-01-01T00:00:00Z")));
    CHECK(client.api.find(k_id)->image.name == k_id);
    CHECK_FALSE(client.api.find("other"));
    CHECK_FALSE(client.api.find("../a b"));
    CHECK(client.cloud.requests().back().target == "/v2/images/..%2Fa%20b");
}

TEST_CASE("image api: a new record is sent as JSON and comes back queued") {
    Client client;
    client.cloud.on("POST /v2/images", [](const SeenRequest &request) {
        Json body = Json::parse(request.body);
        body["status"] = "queued";
        return json_reply(body, 201);
    });
    Image draft;
    draft.id = k_id;
    draft.name = "new";
    draft.hidden = true;
    const catalog::GlanceImage made = client.api.create(draft, "p9");
    CHECK(made.image.id == k_id);
    CHECK(made.image.status == "queued");
    CHECK(made.image.owner == "p9");
    CHECK(made.image.hidden);
    CHECK(client.cloud.requests().front().headers["content-type"] == "application/json");
}

TEST_CASE("image api: a lost answer to a new record is not repeated") {
    Client client;
    client.cloud.on("POST /v2/images", Reply{.lost = true});
    Image draft;
    draft.id = k_id;
    draft.name = "new";
    const catalog::ApiError error = failure_of([&] { client.api.create(draft); });
    CHECK(error.outcome_unknown());
    CHECK(std::string(error.what()) ==
          fmt::format("cannot create the record {} (new): the connection to {} broke: Empty reply "
                      "from server; whether it was done is not known",
                      k_id, client.cloud.url()));
    CHECK(client.session.requests() == 1);
}

TEST_CASE("image api: a patch has the type Glance asks for") {
    Client client;
    client.cloud.on("PATCH " + k_path, json_reply(record(k_id, "")));
    catalog::ImagePatch patch;
    patch.set("name", "n");
    CHECK(client.api.patch(k_id, patch).image.id == k_id);
    SeenRequest seen = client.cloud.requests().front();
    CHECK(seen.headers["content-type"] == "application/openstack-images-v2.1-json-patch");
    CHECK(seen.body == R"([{"op":"add","path":"/name","value":"n"}])");
}

TEST_CASE("image api: what the service says is passed on without markup, with its request") {
    CHECK(std::string(patch_failure(409, glance_error(409, "Property x does not exist.<br /><br />"
                                                           "\n\n\n"))
                          .what()) == fmt::format("cannot change image {}: Property x does not "
                                                  "exist (HTTP 409, request req-7)",
                                                  k_id));
    const Reply html = {.body = "<html>\n <head>\n  <title>403 Forbidden</title>\n </head>\n "
                                "<body>\n  <h1>403 Forbidden</h1>\n  It&#x27;s not allowed &amp; "
                                "&lt;wrong&gt;.<br /><br />\n\n </body>\n</html>"};
    CHECK(std::string(patch_failure(403, html).what()) ==
          fmt::format("cannot change image {}: It's not allowed & <wrong> (HTTP 403)", k_id));
    CHECK(std::string(patch_failure(500, Reply{}).what()) ==
          fmt::format("cannot change image {}: the service failed (HTTP 500)", k_id));
    CHECK(std::string(patch_failure(400, Reply{.body = "\x1b[31mred"}).what()) ==
          fmt::format("cannot change image {}: \\x1b[31mred (HTTP 400)", k_id));
    CHECK(patch_failure(400, Reply{.body = "..."}).said() == "the request was not understood");
    const std::string said = patch_failure(400, Reply{.body = std::string(9000, 'x')}).said();
    CHECK(said == std::string(300, 'x') + "...");
    CHECK(patch_failure(400, Reply{.body = std::string(64, '\x7f') + '\0'}).said() ==
          "the request was not understood");
    CHECK(patch_failure(500, Reply{.body = "\xff\xfe half an image"}).said() ==
          "the service failed");
    CHECK(patch_failure(502, Reply{.body = "too long " + std::string(200'000, '<')}).said() ==
          "too long");
    CHECK(patch_failure(400, Reply{.body = std::string(3000, '[')}).said() ==
          std::string(300, '[') + "...");
}

TEST_CASE("image api: a status decides the kind of error") {
    CHECK(patch_failure(401, Reply{}).kind() == ErrorKind::not_authorised);
    CHECK(patch_failure(403, Reply{}).kind() == ErrorKind::not_authorised);
    CHECK(patch_failure(404, Reply{}).kind() == ErrorKind::failed);
    CHECK(patch_failure(409, Reply{}).kind() == ErrorKind::failed);
    CHECK(patch_failure(413, Reply{}).kind() == ErrorKind::refused);
    CHECK(patch_failure(429, Reply{}).kind() == ErrorKind::temporary);
    CHECK(patch_failure(500, Reply{}).kind() == ErrorKind::failed);
    CHECK(patch_failure(503, Reply{}).kind() == ErrorKind::temporary);
    CHECK(patch_failure(302, Reply{.headers = {{"Location", "http://x/"}}}).kind() ==
          ErrorKind::unavailable);
    CHECK(patch_failure(403, Reply{}).hint() ==
          "'demo' has the roles member, reader; an administrator of the cloud can allow it");
}

TEST_CASE("image api: deleting is done when the image is gone, and refused while it is needed") {
    Client client;
    client.cloud.once("DELETE " + k_path, Reply{.status = 204});
    client.api.remove(k_id);
    client.api.remove(k_id); // 404
    client.cloud.once("DELETE " + k_path,
                      glance_error(403, "Image x is protected and cannot be deleted."));
    catalog::ApiError error = failure_of([&] { client.api.remove(k_id); });
    CHECK(error.kind() == ErrorKind::refused);
    CHECK(error.status() == 403);
    CHECK(error.hint() == "take the protection off first if it must go");
    client.cloud.once("DELETE " + k_path, glance_error(409, "Image is in use."));
    error = failure_of([&] { client.api.remove(k_id); });
    CHECK(error.kind() == ErrorKind::refused);
    CHECK(error.hint() == "something is made from it still; it can go when that is gone");
    client.cloud.once("DELETE " + k_path, glance_error(403, "You are not allowed to."));
    CHECK(failure_of([&] { client.api.remove(k_id); }).kind() == ErrorKind::not_authorised);
}

TEST_CASE("image api: actions, the location call and members are asked for as documented") {
    Client client;
    const Json members = Json::parse(
        R"({"members": [{"member_id": "p2", "status": "pending"},
                        {"member_id": "p1", "status": "accepted"}, {"status": "lost"}]})");
    client.cloud.on("POST " + k_path + "/actions/deactivate", Reply{.status = 204});
    client.cloud.on("POST " + k_path + "/actions/reactivate", Reply{.status = 204});
    client.cloud.on("POST " + k_path + "/locations", Reply{.status = 202});
    client.cloud.on("GET " + k_path + "/members", json_reply(members));
    client.cloud.on("POST " + k_path + "/members", Reply{.status = 409});
    client.cloud.on("PUT " + k_path + "/members/p1", Reply{});
    client.api.deactivate(k_id);
    client.api.reactivate(k_id);
    client.api.add_location(k_id, "rbd://f/p/i/snap");
    CHECK(client.api.members(k_id) ==
          std::vector<ImageMember>{{"p1", "accepted"}, {"p2", "pending"}});
    client.api.add_member(k_id, "p1");
    client.api.set_member_status(k_id, "p1", "accepted");
    client.api.remove_member(k_id, "p3"); // 404
    const std::vector<SeenRequest> seen = client.cloud.requests();
    REQUIRE(seen.size() == 7);
    CHECK(seen[2].body == R"({"url":"rbd://f/p/i/snap"})");
    CHECK(seen[4].body == R"({"member":"p1"})");
    CHECK(seen[5].body == R"({"status":"accepted"})");
    CHECK(seen[6].route() == "DELETE " + k_path + "/members/p3");
}

TEST_CASE("image api: bytes go up whole, also after a token had to be renewed") {
    Client client;
    client.cloud.on("PUT " + k_path + "/file", Reply{.status = 204});
    static_cast<void>(client.session.roles());
    client.cloud.revoke_tokens();
    Bytes bytes;
    client.api.upload(k_id, bytes, {}, "fs");
    SeenRequest last = client.cloud.requests().back();
    CHECK(client.session.requests() == 2);
    CHECK(last.body == "hello");
    CHECK(last.headers["content-type"] == "application/octet-stream");
    CHECK(last.headers["x-image-meta-store"] == "fs");
}

TEST_CASE("image api: bytes come down, and no bytes are an error") {
    Client client;
    std::string got;
    const auto sink = [&](std::string_view bytes) { got += bytes; };
    client.cloud.once("GET " + k_path + "/file", Reply{.body = "hello"});
    client.api.download(k_id, 5, sink, {});
    CHECK(got == "hello");
    client.cloud.once("GET " + k_path + "/file", Reply{.status = 204});
    CHECK(std::string(failure_of([&] { client.api.download(k_id, 5, sink, {}); }).what()) ==
          fmt::format("cannot download image {}: the image service has no bytes of it", k_id));
    CHECK(failure_of([&] { client.api.download(k_id, 5, sink, {}); }).status() == 404);
    CHECK(got == "hello");
}

TEST_CASE("image api: a download ends with the first byte too many, however many would come") {
    Client client;
    std::string got;
    const auto sink = [&](std::string_view bytes) { got += bytes; };
    client.cloud.on("GET " + k_path + "/file", Reply{.body = "hello", .endless = true});
    const catalog::ApiError error = failure_of([&] { client.api.download(k_id, 7, sink, {}); });
    CHECK(std::string(error.what()) ==
          fmt::format("cannot download image {}: the image service sends more than the 7 bytes its "
                      "record promises",
                      k_id));
    CHECK(got.size() <= 7);
}

TEST_CASE("image api: a part of the bytes is no image, and none of them are shown") {
    Client client;
    client.cloud.on("GET " + k_path + "/file",
                    Reply{.status = 206, .body = std::string(200'000, 'b')});
    const catalog::ApiError error =
        failure_of([&] { client.api.download(k_id, 200'000, [](std::string_view) {}, {}); });
    CHECK(std::string(error.what()) ==
          fmt::format("cannot download image {}: the answer was not expected (HTTP 206)", k_id));
}

TEST_CASE("image api: an answer that is no JSON is said to be none") {
    Client client;
    client.cloud.on("GET " + k_path, Reply{.body = "<html>"});
    CHECK(std::string(failure_of([&] { static_cast<void>(client.api.find(k_id)); }).what()) ==
          fmt::format("cannot look at image {}: the answer is not JSON: line 1, column 1", k_id));
}
