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
    for (const Violation &violation : plan::violations(target, {{target.steps[0].step, effect}}))
        texts.push_back(plan::describe(violation, target));
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

TEST_CASE("limits: capabilities of files are as good as a setuid bit") {
    const auto capable = [](const std::string &value) {
        EntryState state = added("/bin/x", 0755).after.value();
        state.attributes = value.empty() ? "user.a=00\n" : "security.capability=" + value + "\n";
        return state;
    };
    const std::string one = "0100000200200000000000000000000000000000";
    const std::string other = "0100000280000000000000000000000000000000";
    Limits limits;
    limits.no_new_setuid = true;
    const auto broken = [&](const std::optional<EntryState> &before,
                            const std::optional<EntryState> &after) {
        Effect effect;
        effect.files = {{"/var/log/x", before, after, ""}};
        return complaints(limits, effect).size();
    };
    CHECK(broken(std::nullopt, capable(one)) == 1);
    CHECK(broken(capable(""), capable(one)) == 1);
    CHECK(broken(capable(one), capable(other)) == 1);
    CHECK(broken(std::nullopt, capable("00")) == 1);
    CHECK(broken(std::nullopt, capable("sha256:" + std::string(64, 'a'))) == 1);
    CHECK(broken(capable(one), capable("")) == 0);
    CHECK(broken(capable(one), std::nullopt) == 0);
    CHECK(broken(capable(one), capable(one)) == 0);
    CHECK(broken(std::nullopt, capable("")) == 0);
    limits = {};
    limits.may_change = {"/etc/**"};
    CHECK(broken(std::nullopt, capable(one)) == 1);
}

TEST_CASE("limits: what is run is never volatile, whatever the globs say") {
    Limits limits;
    limits.may_change = {"/opt/**"};
    Target target = limited(limits);
    target.volatile_paths = {"/**"};
    Effect effect;
    effect.files = {added("/var/cache/data"), added("/var/cache/program", 0755),
                    added("/var/lib/systemd/linger/root"), added("/usr/lib/__pycache__/os.pyc"),
                    added("/etc/ld.so.cache")};
    std::vector<std::string> paths;
    for (const Violation &violation : plan::violations(target, {{target.steps[0].step, effect}}))
        paths.push_back(violation.what);
    CHECK(paths == std::vector<std::string>{"/var/cache/program", "/var/lib/systemd/linger/root",
                                            "/usr/lib/__pycache__/os.pyc", "/etc/ld.so.cache"});
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
              std::vector<std::string>{"web.yaml:7: run: make gave /usr/bin/x setuid, setgid or "
                                       "capabilities, which no_new_setuid forbids"});
    }
}
