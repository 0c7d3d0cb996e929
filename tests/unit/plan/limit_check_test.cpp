#include "plan/limit_check.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

EntryChange added(const std::string &path, std::uint32_t mode = 0644) {
    return {path, std::nullopt, EntryState{{FileInfo::Type::regular, mode, 0, 0, 3}, "", "ab", ""},
            ""};
}

/// A target with one command, limited.
Target limited(const Limits &limits) {
    Target target;
    PlannedStep planned;
    planned.step = {"commands[0]", "commands", {"web.yaml", 7}, "run: make", Json::object(), {}};
    target.steps = {planned};
    target.limits = limits;
    target.volatile_paths = {"/var/log/**"};
    return target;
}

std::vector<std::string> complaints(const Limits &limits, const Effect &effect) {
    const Target target = limited(limits);
    std::vector<std::string> texts;
    for (const Violation &violation : violations(target, {{target.steps[0].step, effect}}))
        texts.push_back(describe(violation, target));
    return texts;
}

} // namespace

TEST_CASE("limits: a volatile path is no way around for setuid programs") {
    Effect effect;
    effect.files = {added("/var/log/x", 04755)};
    Limits limits;
    limits.may_change = {"/etc/**"};
    CHECK(complaints(limits, effect) ==
          std::vector<std::string>{
              "web.yaml:7: run: make changed /var/log/x, which may_change does not allow"});
}

TEST_CASE("limits: each names the step and what it did") {
    Effect effect;
    effect.files = {added("/etc/ok"), added("/srv/\x1b"), added("/usr/bin/x", 04755),
                    added("/var/log/x")};
    effect.packages = {{"curl:amd64", "", "8"}, {"telnet", "1", ""}};
    effect.bytes_written = 2048;
    Limits limits;
    SECTION("none allows all") {
        CHECK(complaints(limits, effect).empty());
    }
    SECTION("paths; volatile ones may always change") {
        limits.may_change = {"/etc/**", "/usr/**"};
        CHECK(complaints(limits, effect) ==
              std::vector<std::string>{"web.yaml:7: run: make changed /srv/\\x1b, which may_change "
                                       "does not allow"});
    }
    SECTION("packages, whatever their architecture") {
        limits.packages = {"cur?"};
        CHECK(complaints(limits, effect) ==
              std::vector<std::string>{"web.yaml:7: run: make changed the package telnet, which "
                                       "packages does not allow"});
    }
    SECTION("bytes of all steps together") {
        limits.bytes_written = 2048;
        CHECK(complaints(limits, effect).empty());
        limits.bytes_written = 2047;
        CHECK(complaints(limits, effect) ==
              std::vector<std::string>{"the steps together wrote 2.0 KiB, more than the 2.0 KiB of "
                                       "bytes_written"});
    }
    SECTION("setuid programs, removed ones left out") {
        limits.no_new_setuid = true;
        CHECK(complaints(limits, effect) ==
              std::vector<std::string>{"web.yaml:7: run: make made /usr/bin/x setuid or setgid, "
                                       "which no_new_setuid forbids"});
    }
}
