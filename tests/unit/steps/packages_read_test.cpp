// Reading `packages`: an entry is a verb and a step, and what contradicts itself is told.

#include "support/memory_guest.hpp"
#include "unit/steps/sections.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr const char *k_all =
    "- install: [curl, {name: kubelet, version: 1.33.*}]\n"
    "  by_family: {debian: [dnsutils], rhel: [{name: bind-utils, version: '9'}]}\n"
    "  recommends: false\n"
    "- remove: [a, {name: b, purge: true}]\n"
    "  timeout: 5m\n"
    "- update: all\n"
    "- update: [openssl]\n"
    "- hold: [kubelet]\n"
    "- unhold: [old]\n"
    "- answers: {a/b: 'true', c/d/e: x y}\n";

std::vector<Json> options_of(const ReadSection &read) {
    std::vector<Json> options;
    for (const Step &step : read.result.steps)
        options.push_back(Json::parse(step.options.dump())); // as a saved plan has them
    return options;
}

} // namespace

TEST_CASE("packages: each entry is a step that says what it wants") {
    const ReadSection read = read_section("packages", k_all);
    CHECK(read.mistakes.empty());
    std::string summaries;
    for (const Step &step : read.result.steps)
        summaries += step.id + " " + step.summary + "\n";
    CHECK(summaries ==
          "packages[0] install curl, kubelet 1.33.*, dnsutils (debian), bind-utils 9 (rhel)\n"
          "packages[1] remove a, b\n"
          "packages[2] update all packages\n"
          "packages[3] update openssl\n"
          "packages[4] hold kubelet\n"
          "packages[5] unhold old\n"
          "packages[6] answer 2 questions of packages\n");
    CHECK(read.result.steps[0].options.at("held") == Json({"kubelet"}));
    CHECK(read.result.steps[4].options.at("brought") == Json({"kubelet"}));
    CHECK_FALSE(read.result.steps[3].options.contains("held"));
    CHECK(read.result.steps[0].remarks == std::vector<std::string>{"network"});
    CHECK(read_step("packages", "- install: [a, b, c, d, e, f]").summary ==
          "install a, b, c, d and 2 more");
}

TEST_CASE("packages: the section of steps gives the same steps again") {
    const std::vector<Json> options = options_of(read_section("packages", k_all));
    const Json section = find_step_kind("packages")->section(options);
    CHECK(options_of(read_section("packages", section.dump())) == options);
}

TEST_CASE("packages: the time it may take determines no contents") {
    const Step one = read_step("packages", "- {install: [a], timeout: 1m}");
    const Step other = read_step("packages", "- {install: [a], timeout: 2m}");
    CHECK(one.identity == other.identity);
    CHECK(one.options != other.options);
}

TEST_CASE("packages: what contradicts itself is told with both places") {
    CHECK(read_section("packages", "- install: [a]\n"
                                   "- remove: [a]\n"
                                   "- install: [{name: a, version: '2'}]\n"
                                   "- hold: [b]\n"
                                   "- unhold: [b]\n"
                                   "- {install: [c], remove: [d]}\n")
              .mistakes == "2:12: 'a' is named twice; 1:13 'install' is here\n"
                           "3:13: 'a' is named twice; 1:13 'install' is here\n"
                           "5:12: 'b' is named twice; 4:10 'hold' is here\n"
                           "6:18: an entry is one verb; 6:4 'install' is here\n");
    CHECK(read_section("packages", "- install: []\n  by_family: {debian: [a], rhel: [a]}\n"
                                   "- unhold: [b]\n- remove: [b]\n- hold: [a]\n")
              .mistakes.empty());
    CHECK(read_section("packages", "- install: []\n  by_family: {debian: [a]}\n- install: [a]\n")
              .mistakes == "3:13: 'a' is named twice; 2:24 'install' is here\n");
}

TEST_CASE("packages: keys that an entry cannot have are told") {
    CHECK(read_section("packages", "- {hold: [a], timeout: 1m, network: false}\n"
                                   "- {remove: [b], recommends: false}\n"
                                   "- {update: all, by_family: {debian: [c]}}\n"
                                   "- {answers: {a/b: 'x'}, by_family: {debian: [d]}}\n"
                                   "- install: []\n"
                                   "- {install: [e], timeout: 0s}\n"
                                   "- answers: {a/b: \"two\\nlines\"}\n")
              .mistakes == "1:15: 'timeout' does not go with 'hold'\n"
                           "1:28: 'network' does not go with 'hold'\n"
                           "2:17: 'recommends' does not go with 'remove'\n"
                           "3:28: 'by_family' does not go with 'update: all'\n"
                           "4:25: 'by_family' does not go with 'answers'\n"
                           "5:12: 'install' names no package\n"
                           "6:27: '0s' is not a duration from 1s to 24h; write hours, minutes and "
                           "seconds, such as 90s, 10m or 1h30m\n"
                           "7:18: an answer is one line, without blanks around it\n");
}

TEST_CASE("packages: under by_family, too, a version is for install and purge for remove") {
    CHECK(read_section("packages", "- install: []\n"
                                   "  by_family: {debian: [{name: a, purge: true}]}\n"
                                   "- hold: []\n"
                                   "  by_family: {rhel: [{name: b, version: '1'}]}\n"
                                   "- remove: []\n"
                                   "  by_family: {suse: [{name: c, purge: true}]}\n")
              .mistakes == "2:34: 'purge' does not go with 'install'\n"
                           "4:32: 'version' does not go with 'hold'\n");
}

TEST_CASE("packages: what runs code and wants the network says so") {
    const auto needs = [](const std::string &yaml) {
        const Needs found = find_step_kind("packages")->needs(read_step("packages", yaml));
        return std::string(found.network ? "network " : "") + (found.runnable ? "code" : "");
    };
    CHECK(needs("- install: [a]") == "network code");
    CHECK(needs("- {install: [a], network: false}") == "code");
    CHECK(needs("- remove: [a]") == "code");
    CHECK(needs("- update: all") == "network code");
    CHECK(needs("- answers: {a/b: x}") == "code");
    CHECK(needs("- hold: [a]").empty());
}

TEST_CASE("packages: Windows is refused with the reason") {
    MemoryGuest guest;
    guest.mutable_facts().type = "windows";
    guest.mutable_facts().package_manager = "";
    try {
        static_cast<void>(
            find_step_kind("packages")->preview(read_step("packages", "- install: [a]"), guest));
        FAIL("no refusal");
    } catch (const StepObstacle &obstacle) {
        CHECK(obstacle.reason() ==
              "Windows has no package manager that is known here; a script at the first boot can "
              "install an MSI");
    }
}
