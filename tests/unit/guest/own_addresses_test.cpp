#include "guest/sandbox/own_addresses.hpp"

#include "base/process.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <future>
#include <sched.h>
#include <string>
#include <unistd.h>
#include <vector>

using namespace retouch;

namespace {

std::vector<std::string> in_words(const std::vector<guest::AddressRange> &ranges) {
    std::vector<std::string> words;
    for (const guest::AddressRange &range : ranges) {
        char text[INET_ADDRSTRLEN] = {};
        inet_ntop(AF_INET, &range.address, text, sizeof text);
        words.push_back(std::string(text) + '/' + std::to_string(range.bits));
    }
    return words;
}

void ip(std::vector<std::string> arguments) {
    base::ProcessSpec spec;
    spec.program = "ip";
    spec.arguments = std::move(arguments);
    static_cast<void>(base::run_checked(spec, "change the namespace"));
}

/// In a network namespace of its own, changed by `commands` of ip(8).
std::vector<std::string> own_after(const std::vector<std::vector<std::string>> &commands) {
    return std::async(std::launch::async,
                      [&commands] {
                          REQUIRE(unshare(CLONE_NEWNET) == 0);
                          for (const auto &command : commands)
                              ip(command);
                          return in_words(guest::own_addresses().value());
                      })
        .get();
}

} // namespace

TEST_CASE("own addresses: every local route counts, not only the addresses of interfaces") {
    if (geteuid() != 0)
        return;
    CHECK(own_after({}).empty());
    CHECK(own_after({{"link", "set", "lo", "up"}}).empty());
    CHECK(own_after({{"link", "set", "lo", "up"},
                     {"address", "add", "192.0.2.7/24", "dev", "lo"},
                     {"route", "add", "local", "198.51.100.0/24", "dev", "lo"},
                     {"route", "add", "local", "203.0.113.9", "dev", "lo", "table", "77"},
                     {"route", "add", "blackhole", "198.18.0.0/15"}}) ==
          std::vector<std::string>{"203.0.113.9/32", "192.0.2.0/24", "192.0.2.7/32",
                                   "198.51.100.0/24"});
}

TEST_CASE("own addresses: more of them than fit into one answer are all told") {
    if (geteuid() != 0)
        return;
    std::vector<std::vector<std::string>> commands = {{"link", "set", "lo", "up"}};
    for (int third = 0; third < 4; ++third)
        for (int last = 1; last < 255; last += 2)
            commands.push_back(
                {"address", "add",
                 "10.9." + std::to_string(third) + '.' + std::to_string(last) + "/32", "dev",
                 "lo"});
    CHECK(own_after(commands).size() == 4 * 127);
}
