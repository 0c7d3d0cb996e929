#include "plan/repeat_advice.hpp"

#include "support/entry_changes.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

/// What is advised about a step of this kind that did the same twice.
std::string advice(const std::string &kind, const Json &options, const EntryChange &change) {
    Target target;
    target.volatile_paths = {"/var/log/**"};
    PlannedStep &planned = target.steps.emplace_back();
    planned.step.kind = kind;
    planned.step.options = options;
    planned.rehearsed.emplace().effect.files = {change};
    planned.rehearsed->again = planned.rehearsed->effect;
    plan::add_advice(target);
    return target.steps.front().rehearsed->advice;
}

const EntryChange k_added = added("/opt/x", file_state(0644, 1, 'a'));

} // namespace

TEST_CASE("repeat advice: a command is advised to have a guard, or a better one", "[plan]") {
    CHECK(advice("commands", {{"run", "make"}}, k_added) == "creates: /opt/x");
    CHECK(advice("commands", {{"run", "make"}, {"unless", "false"}}, k_added) ==
          "its guard 'unless' let it run again: make it tell that /opt/x is done");
}

TEST_CASE("repeat advice: a step that can have no guard is undone by another", "[plan]") {
    for (const char *kind : {"files", "cleanup", "nokind"})
        CHECK(advice(kind, Json::object(), k_added) ==
              "another step must be undoing it: look what changes /opt/x after it");
}

TEST_CASE("repeat advice: there is none where nothing that counts was changed again", "[plan]") {
    CHECK(advice("commands", {{"run", "make"}}, added("/var/log/x", file_state(0644, 1, 'a'))) ==
          "");
}
