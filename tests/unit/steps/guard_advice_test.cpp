#include "steps/commands/guard_advice.hpp"
#include "support/entry_changes.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

std::string advice(const Effect &again, const Effect &first = {}) {
    return steps::guard_advice("", first, again);
}

Effect effect_of(const EntryChange &change) {
    Effect effect;
    effect.files = {change};
    return effect;
}

Effect appended(const std::string &line, const std::string &path = "/etc/hosts") {
    return effect_of(changed(path, file_state(0644, 1, 'a'), file_state(0644, 2, 'b'),
                             "--- a\n+++ b\n@@ -1,1 +1,2 @@\n old\n+" + line + "\n"));
}

/// Of a step that did the same both times.
std::string twice(const Effect &effect) {
    return advice(effect, effect);
}

} // namespace

TEST_CASE("guard advice: a file that is added again is what the guard looks for") {
    CHECK(advice(effect_of(added("/opt/a", file_state(0644, 1, 'a')))) == "creates: /opt/a");
    CHECK(advice(effect_of(added("/opt/a: b", file_state(0644, 1, 'a')))) ==
          "creates: \"/opt/a: b\"");
}

TEST_CASE("guard advice: a file the first run added and the second writes anew") {
    const Effect first = effect_of(added("/opt/stamp", file_state(0644, 1, 'a')));
    const Effect again =
        effect_of(changed("/opt/stamp", file_state(0644, 1, 'a'), file_state(0644, 1, 'b')));
    CHECK(advice(again, first) == "creates: /opt/stamp");
}

TEST_CASE(
    "guard advice: a line is a better guard than the file that the first run happened to add") {
    Effect first = appended("word");
    first.files.front().before.reset();
    CHECK(advice(appended("word"), first) == "unless: grep -qxF word /etc/hosts");
    CHECK(advice(appended("Sunday"), first) == "creates: /etc/hosts");
}

TEST_CASE("guard advice: what is added again below what the first run added") {
    Effect first;
    first.files = {added("/opt/copy", file_state(0755, 0, 'a')),
                   added("/opt/copy/x", file_state(0644, 1, 'a'))};
    CHECK(advice(effect_of(added("/opt/copy/y/z", file_state(0644, 1, 'a'))), first) ==
          "creates: /opt/copy");
}

TEST_CASE("guard advice: packages are asked for with the guest's own tool") {
    Effect again;
    again.packages = {{"nginx", "", "1.2"}};
    CHECK(advice(again) == "unless: rpm -q nginx");
    again.packages = {{"nginx:x86_64", "1:1.1-1", "1:1.2-1"}};
    CHECK(advice(again) == "unless: rpm -q nginx-1.2-1.x86_64");
    again.packages = {{"nginx", "", "1.2"}};
    again.files = {
        changed("/var/lib/dpkg/status", file_state(0644, 1, 'a'), file_state(0644, 1, 'b'))};
    CHECK(advice(again) == "unless: dpkg -s nginx");
    again.packages.front().before = "1.1";
    CHECK(advice(again) == "unless: \"dpkg -s nginx | grep -qxF 'Version: 1.2'\"");
    again.packages.front() = {"nginx", "1.1", ""};
    CHECK(advice(again) == "only_if: dpkg -s nginx");
    again.files.front().path = "/lib/apk/db/installed";
    again.packages.front() = {"nginx", "1.1", "1.2"};
    CHECK(advice(again) == "unless: apk info -e nginx=1.2");
}

TEST_CASE("guard advice: appended text is looked for, quoted for the shell and for YAML") {
    CHECK(twice(appended("word")) == "unless: grep -qxF word /etc/hosts");
    CHECK(twice(appended("two words")) == "unless: grep -qxF 'two words' /etc/hosts");
    CHECK(twice(appended("it's")) == R"(unless: "grep -qxF 'it'\\''s' /etc/hosts")");
    CHECK(twice(appended("a: b")) == "unless: \"grep -qxF 'a: b' /etc/hosts\"");
    CHECK(twice(appended("-x")) == "unless: grep -qxF -e -x /etc/hosts");
    CHECK(twice(appended(std::string(300, 'x'))) == "unless: grep -q PATTERN /etc/hosts");
    CHECK(advice(appended("Sunday"), appended("Monday")) == "unless: grep -q PATTERN /etc/hosts");
    CHECK(twice(appended("x", "/etc/\x1b\n")) == R"(unless: "grep -qxF x '/etc/\u001b\n'")");
}

TEST_CASE("guard advice: a path that is removed again must be there first") {
    CHECK(advice(effect_of(removed("/etc/x", file_state(0644, 1, 'a')))) ==
          "only_if: test -e /etc/x");
}

TEST_CASE("guard advice: rewritten text has no simple guard") {
    const Effect again = effect_of(changed("/etc/x", file_state(0644, 1, 'a'),
                                           file_state(0644, 1, 'b'), "--- a\n+++ b\n-a\n+b\n"));
    CHECK(advice(again) ==
          "an 'unless' that tells whether /etc/x is right already, or list it under 'volatile'");
}

TEST_CASE("guard advice: a guard that is there did not do, and another would not fix it") {
    CHECK(steps::guard_advice("unless", {}, appended("x")) ==
          "its guard 'unless' let it run again: make it tell that /etc/hosts is done");
}
