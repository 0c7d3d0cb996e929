// What is made of a qemu's answers; guests of the kind appliance try it on a real one.

#include "guest/appliance/qemu_monitor.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <future>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <vector>

using namespace retouch;

namespace {

constexpr const char *k_greeting = "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n";

/// Listens as qemu does, greets, and answers each request with the next of `answers`; then it goes.
class FakeQemu {
  public:
    FakeQemu(const std::filesystem::path &path, std::vector<std::string> answers)
        : listener_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.string().copy(address.sun_path, sizeof address.sun_path - 1);
        REQUIRE(bind(listener_.get(), reinterpret_cast<const sockaddr *>(&address),
                     sizeof address) == 0);
        REQUIRE(listen(listener_.get(), 1) == 0);
        served_ = std::async(std::launch::async, [this, answers = std::move(answers)] {
            const base::UniqueFd client(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            const auto say = [&](const std::string &text) {
                static_cast<void>(send(client.get(), text.data(), text.size(), MSG_NOSIGNAL));
            };
            say(k_greeting);
            for (const std::string &answer : answers) {
                char request[256];
                if (recv(client.get(), request, sizeof request, 0) <= 0)
                    return;
                say(answer);
            }
        });
    }

  private:
    base::UniqueFd listener_;
    std::future<void> served_;
};

/// What the monitor says of the drive hd0 when qemu answers so; an error's text otherwise.
std::string said_of(const std::string &answer) {
    const base::TemporaryDirectory directory("/tmp", "qmp-");
    const auto path = directory.path() / "qemu.sock";
    std::vector<std::string> answers = {"{\"return\": {}}\r\n"};
    if (!answer.empty())
        answers.push_back(answer);
    const FakeQemu qemu(path, answers);
    guest::QemuMonitor monitor(path);
    try {
        return std::to_string(monitor.bytes_written("hd0"));
    } catch (const Error &error) {
        return error.what();
    }
}

} // namespace

TEST_CASE("qemu monitor: the bytes of the one drive are told, whatever else is said") {
    const std::string event = R"({"event": "RTC_CHANGE", "data": {}})"
                              "\r\n";
    const std::string stats =
        R"({"return": [{"device": "appliance", "stats": {"wr_bytes": 7}}, )"
        R"({"device": "hd0", "stats": {"rd_bytes": 1, "wr_bytes": 18446744073709551615}}]})"
        "\r\n";
    CHECK(said_of(stats) == "18446744073709551615");
    CHECK(said_of(event + event + stats) == "18446744073709551615");
    CHECK(said_of(R"({"return": [{"device": "", "node-name": "hd0", "stats": {"wr_bytes": 8}}]})"
                  "\n") == "8");
}

TEST_CASE("qemu monitor: what is no answer is an error") {
    const std::string cannot = "cannot talk to qemu: ";
    const std::string unknown = cannot + "it knows no drive 'hd0'";
    CHECK(said_of("") == cannot + "it has ended");
    CHECK(said_of("{\"return\"") == cannot + "it has ended");
    CHECK(said_of("no JSON\xff\n") == cannot + "its answer is not JSON");
    CHECK(said_of("{\"error\": {\"class\": \"x\"}}\n") == cannot + R"({"error":{"class":"x"}})");
    CHECK(said_of("{\"return\": {}}\n") == unknown);
    CHECK(said_of("{\"return\": [1, {}, {\"device\": \"hd0\"}]}\n") == unknown);
    CHECK(said_of(R"({"return": [{"device": "hd0", "stats": {"wr_bytes": "1"}}]})"
                  "\n") == unknown);
    CHECK(said_of(R"({"return": [{"device": "hd0", "stats": 1}]})"
                  "\n") == unknown);
    CHECK(said_of(std::string(std::size_t{2} << 20, ' ')) == cannot + "its answer has no end");
}

TEST_CASE("qemu monitor: where nobody listens the reason is told") {
    CHECK_THROWS_WITH(guest::QemuMonitor("/nowhere/qemu.sock"),
                      "cannot talk to qemu: No such file or directory");
    CHECK_THROWS_WITH(guest::QemuMonitor("/" + std::string(200, 'x')),
                      "cannot talk to qemu: File name too long");
}
