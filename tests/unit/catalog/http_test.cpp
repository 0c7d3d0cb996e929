#include "catalog/http/http.hpp"

#include "base/file.hpp"
#include "base/process.hpp"
#include "base/run_directory.hpp"
#include "catalog/http/api_error.hpp"
#include "catalog/http/http_failure.hpp"
#include "support/fake_server.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

using namespace retouch;
using namespace retouch::test;

namespace {

/// What one failed request tells.
struct Failure {
    ErrorKind kind;
    std::string message;
    std::string hint;
    bool outcome_unknown;
    bool repeatable;
};

Failure failure_of(catalog::Http &http, const catalog::HttpRequest &request) {
    try {
        static_cast<void>(http.send(request));
    } catch (const catalog::ApiError &error) {
        CHECK(error.status() == 0);
        return {error.kind(), error.what(), error.hint(), error.outcome_unknown(),
                error.repeatable()};
    }
    throw std::logic_error("the request did not fail");
}

class Bytes : public ByteReader {
  public:
    explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}

    [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }

    std::size_t read(std::uint64_t offset, std::span<char> buffer) override {
        const std::size_t count = std::min(buffer.size(), bytes_.size() - offset);
        std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), count, buffer.begin());
        return count;
    }

  private:
    std::string bytes_;
};

class BrokenBytes : public ByteReader {
  public:
    [[nodiscard]] std::uint64_t size() const override { return 1000; }

    std::size_t read(std::uint64_t, std::span<char>) override {
        throw Error(ErrorKind::failed, "the disk is broken");
    }
};

base::ProcessSpec openssl(std::vector<std::string> arguments) {
    base::ProcessSpec spec;
    spec.program = "openssl";
    spec.arguments = std::move(arguments);
    return spec;
}

/// A web server with a certificate nobody knows, by openssl.
class TlsServer {
  public:
    TlsServer() : port_(free_port()) {
        base::run_checked(
            openssl({"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                     "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                     path("key"), "-out", certificate()}),
            "make a certificate");
        server_.emplace(
            openssl({"s_server", "-quiet", "-www", "-accept", fmt::format("127.0.0.1:{}", port_),
                     "-cert", certificate(), "-key", path("key")}));
        for (int i = 0; i < 100 && !answers(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }

    [[nodiscard]] std::string certificate() const { return path("certificate"); }

    [[nodiscard]] std::string url() const { return fmt::format("https://127.0.0.1:{}", port_); }

  private:
    [[nodiscard]] std::string path(const char *name) const { return directory_.path() / name; }

    [[nodiscard]] bool answers() const {
        try {
            return catalog::Http({.verify = false}).send({.url = url()}).status == 200;
        } catch (const catalog::ApiError &) {
            return false;
        }
    }

    base::RunDirectory directory_;
    int port_;
    std::optional<base::ChildProcess> server_;
};

} // namespace

TEST_CASE("http: method, headers and body arrive as given, and the answer comes back") {
    FakeServer server([](const SeenRequest &) {
        return Reply{.status = 207, .body = "some body", .headers = {{"X-One", " first "}}};
    });
    catalog::Http http({});
    const catalog::HttpResponse response = http.send({.doing = "try",
                                                      .method = "PATCH",
                                                      .url = server.url() + "/a?b=c",
                                                      .headers = {{"X-Mine", "yes"}},
                                                      .body = "[1]"});
    CHECK(response.status == 207);
    CHECK(response.body == "some body");
    CHECK(response.header("x-one") == "first");
    CHECK(response.header("x-two").empty());
    REQUIRE(server.requests().size() == 1);
    SeenRequest seen = server.requests().front();
    CHECK(seen.method == "PATCH");
    CHECK(seen.target == "/a?b=c");
    CHECK(seen.body == "[1]");
    CHECK(seen.headers["x-mine"] == "yes");
    CHECK(seen.headers["user-agent"] == "retouch/0.1.0");
    CHECK_FALSE(seen.headers.contains("expect"));
}

TEST_CASE("http: a POST without a body says that there is none") {
    FakeServer server([](const SeenRequest &) { return Reply{.status = 204}; });
    catalog::Http http({});
    CHECK(http.send({.doing = "try", .method = "POST", .url = server.url()}).status == 204);
    CHECK(server.requests().front().headers["content-length"] == "0");
}

TEST_CASE("http: a header cannot smuggle in another") {
    catalog::Http http({});
    CHECK_THROWS_WITH(http.send({.doing = "upload it",
                                 .url = "http://127.0.0.1",
                                 .headers = {{"X-Store", "a\r\nX-Auth-Token: b"}}}),
                      "cannot upload it: the value of X-Store holds a line end");
}

TEST_CASE("http: reading keeps its connection, a change takes a new one") {
    FakeServer server([](const SeenRequest &) { return Reply{}; });
    catalog::Http http({});
    for (int i = 0; i < 3; ++i)
        static_cast<void>(http.send({.doing = "try", .url = server.url()}));
    CHECK(server.connections() == 1);
    static_cast<void>(http.send({.doing = "try", .method = "POST", .url = server.url()}));
    CHECK(server.connections() == 2);
}

TEST_CASE("http: a change whose answer is lost is sent once, and its outcome is unknown") {
    FakeServer server(
        [](const SeenRequest &request) { return Reply{.lost = request.method == "POST"}; });
    catalog::Http http({});
    static_cast<void>(http.send({.doing = "look", .url = server.url()}));
    const Failure failure = failure_of(
        http, {.doing = "create it", .method = "POST", .url = server.url() + "/x", .body = "1"});
    CHECK(failure.kind == ErrorKind::unavailable);
    CHECK(failure.message ==
          fmt::format("cannot create it: the connection to {} broke: Empty reply from server; "
                      "whether it was done is not known",
                      server.url()));
    CHECK(failure.outcome_unknown);
    CHECK_FALSE(failure.repeatable);
    CHECK(server.requests().size() == 2);
}

TEST_CASE("http: a lost answer to a question can be asked for again") {
    FakeServer server([](const SeenRequest &) { return Reply{.lost = true}; });
    catalog::Http http({});
    const Failure failure = failure_of(http, {.doing = "look", .url = server.url()});
    CHECK_FALSE(failure.outcome_unknown);
    CHECK(failure.repeatable);
}

TEST_CASE("http: nobody listening is said with address and reason, and nothing was sent") {
    const std::string url = fmt::format("http://127.0.0.1:{}", free_port());
    catalog::Http http({});
    const Failure failure = failure_of(
        http, {.doing = "create it", .method = "POST", .url = url + "/v2/images", .body = "1"});
    CHECK(failure.kind == ErrorKind::unavailable);
    CHECK(failure.message ==
          fmt::format("cannot create it: no connection to {}: Connection refused", url));
    CHECK(failure.hint == "check that the service runs, and the address in clouds.yaml, OS_* or "
                          "the cloud's catalog of services");
    CHECK_FALSE(failure.outcome_unknown);
    CHECK(failure.repeatable);
}

TEST_CASE("http: an unknown name is not tried again") {
    catalog::Http http({});
    const Failure failure =
        failure_of(http, {.doing = "look", .url = "http://nowhere.invalid:9292/x"});
    CHECK(failure.message.starts_with(
        "cannot look: the name in http://nowhere.invalid:9292 is not known: "));
    CHECK_FALSE(failure.repeatable);
}

TEST_CASE("http: only web addresses are asked") {
    catalog::Http http({});
    CHECK(failure_of(http, {.doing = "look", .url = "file:///etc/passwd"}).message ==
          "cannot look: file:// is not the URL of a web service");
}

TEST_CASE("http: a silent server is given up after the time limit") {
    FakeServer server([](const SeenRequest &) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1500));
        return Reply{};
    });
    catalog::Http http({});
    const Failure failure = failure_of(http, {.doing = "change it",
                                              .method = "PATCH",
                                              .url = server.url(),
                                              .body = "[]",
                                              .time_limit = std::chrono::seconds(1)});
    CHECK(failure.message == fmt::format("cannot change it: no answer from {} in time; whether it "
                                         "was done is not known",
                                         server.url()));
    CHECK(failure.outcome_unknown);
}

TEST_CASE("http: an answer larger than its bound is refused") {
    FakeServer server([](const SeenRequest &) { return Reply{.body = std::string(5000, 'x')}; });
    catalog::Http http({});
    CHECK(http.send({.doing = "look", .url = server.url(), .bound = 5000}).body.size() == 5000);
    try {
        static_cast<void>(http.send({.doing = "look", .url = server.url(), .bound = 4999}));
        FAIL("it was taken");
    } catch (const catalog::ApiError &error) {
        CHECK(std::string(error.what()) ==
              fmt::format("cannot look: {} answers with more than 4.9 KiB", server.url()));
        CHECK_FALSE(error.repeatable());
    }
}

TEST_CASE("http: an answer that trickles for ever is given up after the time limit") {
    FakeServer server([](const SeenRequest &) {
        return Reply{.body = "x", .endless = true, .pause = std::chrono::milliseconds(20)};
    });
    catalog::Http http({});
    std::string got;
    catalog::HttpRequest request = {
        .doing = "look", .url = server.url(), .time_limit = std::chrono::seconds(1)};
    SECTION("for the whole answer") {}
    SECTION("for a transfer that is slower than any line") {
        request.sink = [&](std::string_view bytes) { got += bytes; };
    }
    SECTION("for a transfer as a whole") {
        request.sink = [&](std::string_view bytes) { got += bytes; };
        request.time_limit = std::chrono::seconds(600);
        request.transfer_limit = std::chrono::seconds(1);
    }
    CHECK(failure_of(http, request).message ==
          fmt::format("cannot look: no answer from {} in time", server.url()));
}

TEST_CASE("http: headers are bounded in size and number") {
    const bool many = GENERATE(true, false);
    FakeServer server([&](const SeenRequest &) {
        Reply reply;
        for (int i = 0; i < (many ? 501 : 3); ++i)
            reply.headers.emplace_back(fmt::format("X-{}", i), std::string(many ? 1 : 50'000, 'x'));
        return reply;
    });
    catalog::Http http({});
    try {
        static_cast<void>(http.send({.doing = "look", .url = server.url()}));
        FAIL("it was taken");
    } catch (const catalog::ApiError &error) {
        CHECK(
            std::string(error.what()) ==
            fmt::format("cannot look: {} answers with more than 128.0 KiB or 500 lines of headers",
                        server.url()));
    }
}

TEST_CASE("http: of an error's page the beginning is enough") {
    FakeServer server([](const SeenRequest &) {
        return Reply{.status = 502, .body = std::string(1000, 'x'), .endless = true};
    });
    catalog::Http http({});
    const catalog::HttpResponse response = http.send({.doing = "look", .url = server.url()});
    CHECK(response.status == 502);
    CHECK((response.body == std::string(64 * 1024, 'x')));
}

TEST_CASE("http: an answer that ends early is no answer") {
    FakeServer server([](const SeenRequest &) { return Reply{.body = "half", .missing = 4}; });
    catalog::Http http({});
    std::string got;
    const catalog::HttpRequest request = {.doing = "download it",
                                          .url = server.url(),
                                          .sink = [&](std::string_view bytes) { got += bytes; }};
    const Failure failure = failure_of(http, request);
    CHECK(failure.message.starts_with("cannot download it: the connection to "));
    CHECK(got == "half");
    CHECK_FALSE(failure.repeatable); // the sink has had a part
}

TEST_CASE("http: a sink gets the bytes of a 200 only, with progress") {
    FakeServer server([](const SeenRequest &request) {
        return Reply{.status = request.target == "/there" ? 200 : 404, .body = "the bytes"};
    });
    catalog::Http http({});
    std::string got;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> told;
    catalog::HttpRequest request = {.doing = "download it", .url = server.url() + "/there"};
    request.sink = [&](std::string_view bytes) { got += bytes; };
    request.progress = [&](std::uint64_t done, std::uint64_t total) {
        told.emplace_back(done, total);
        return true;
    };
    CHECK(http.send(request).body.empty());
    CHECK(got == "the bytes");
    REQUIRE_FALSE(told.empty());
    CHECK(told.back() == std::pair<std::uint64_t, std::uint64_t>(9, 9));
    request.url = server.url() + "/gone";
    CHECK(http.send(request).body == "the bytes");
    CHECK(got == "the bytes");
}

TEST_CASE("http: a source is sent whole with its size announced, with progress") {
    FakeServer server([](const SeenRequest &) { return Reply{.status = 204}; });
    catalog::Http http({});
    Bytes bytes(std::string(3'000'001, 'b'));
    std::uint64_t told = 0;
    catalog::HttpRequest request = {.doing = "upload it", .method = "PUT", .url = server.url()};
    request.source = &bytes;
    request.progress = [&](std::uint64_t done, std::uint64_t) {
        told = done;
        return true;
    };
    CHECK(http.send(request).status == 204);
    SeenRequest seen = server.requests().front();
    CHECK(seen.method == "PUT");
    CHECK(seen.headers["content-length"] == "3000001");
    CHECK_FALSE(seen.headers.contains("expect"));
    CHECK((seen.body == std::string(3'000'001, 'b')));
    CHECK(told == 3'000'001);
}

TEST_CASE("http: what a source or a sink throws is what the caller gets") {
    FakeServer server([](const SeenRequest &) { return Reply{.body = "x"}; });
    catalog::Http http({});
    BrokenBytes broken;
    catalog::HttpRequest up = {.doing = "upload it", .method = "PUT", .url = server.url()};
    up.source = &broken;
    CHECK_THROWS_WITH(http.send(up), "the disk is broken");
    catalog::HttpRequest down = {.doing = "download it", .url = server.url()};
    down.sink = [](std::string_view) { throw Error(ErrorKind::failed, "the disk is full"); };
    CHECK_THROWS_WITH(http.send(down), "the disk is full");
}

TEST_CASE("http: progress that says no ends a transfer as interrupted") {
    FakeServer server([](const SeenRequest &) { return Reply{.body = "x"}; });
    catalog::Http http({});
    catalog::HttpRequest request = {.doing = "download it", .url = server.url()};
    request.sink = [](std::string_view) {};
    request.progress = [](std::uint64_t, std::uint64_t) { return false; };
    try {
        static_cast<void>(http.send(request));
        FAIL("it went on");
    } catch (const Error &error) {
        CHECK(error.kind() == ErrorKind::interrupted);
    }
}

TEST_CASE("http: a redirection is an answer and is not followed") {
    FakeServer server([](const SeenRequest &) {
        return Reply{.status = 301, .headers = {{"Location", "http://elsewhere.invalid/"}}};
    });
    catalog::Http http({});
    const catalog::HttpResponse response = http.send({.doing = "look", .url = server.url()});
    CHECK(response.status == 301);
    CHECK(response.header("location") == "http://elsewhere.invalid/");
}

TEST_CASE("http: a certificate nobody vouches for is refused unless that is wanted") {
    const TlsServer server;
    const catalog::HttpRequest request = {.doing = "look", .url = server.url()};
    SECTION("by default") {
        catalog::Http http({});
        const Failure failure = failure_of(http, request);
        CHECK(failure.message.starts_with(
            fmt::format("cannot look: the certificate of {} cannot be trusted: ", server.url())));
        CHECK(failure.hint ==
              "name the certificate of its authority: cacert in clouds.yaml, or OS_CACERT");
        CHECK_FALSE(failure.repeatable);
    }
    SECTION("known by cacert it is trusted") {
        CHECK(catalog::Http({.cacert = server.certificate()}).send(request).status == 200);
    }
    SECTION("a cacert that is not there is named as the trouble") {
        catalog::Http http({.cacert = "/nonexistent/ca.pem"});
        CHECK(failure_of(http, request).hint == "check cacert in clouds.yaml, or OS_CACERT");
    }
    SECTION("without verification it is not looked at") {
        CHECK(catalog::Http({.verify = false}).send(request).status == 200);
    }
}

TEST_CASE("http: a server's address in messages has neither path nor password") {
    CHECK(catalog::server_of("https://user:pass@host:5000/v3?x=y") == "https://host:5000");
    CHECK(catalog::server_of("http://host/a@b") == "http://host");
    CHECK(catalog::server_of("host") == "host");
    CHECK(catalog::server_of("http://h\x1b[31m") == "http://h\\x1b[31m");
}

TEST_CASE("http: everything but letters, digits and -._~ is percent-encoded") {
    CHECK(catalog::url_encode("aZ0-._~") == "aZ0-._~");
    CHECK(catalog::url_encode("a/b?c d%\xC3\xA4") == "a%2Fb%3Fc%20d%25%C3%A4");
}
