#include "model/rehearsal_verdict.hpp"

#include "support/entry_changes.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

Effect effect_of(const EntryChange &change) {
    Effect effect;
    effect.files = {change};
    return effect;
}

const Effect k_written =
    effect_of(changed("/etc/hosts", file_state(0644, 1, 'a'), file_state(0644, 2, 'b')));

/// One step, which did `again` on a second run.
Target rehearsed(const std::optional<Effect> &again) {
    Target target;
    target.volatile_paths = {"/var/log/**"};
    target.rehearsal = Rehearsal{"2026-02-01T08:30:00Z", GuestKind::host, true, {}, {}};
    target.steps.emplace_back().rehearsed = RehearsedStep{{}, k_written, again};
    return target;
}

} // namespace

TEST_CASE("rehearsal verdict: the worst that is true") {
    Target target = rehearsed(std::nullopt);
    CHECK(model::verdict_of(target) == model::RehearsalVerdict::passed);
    CHECK(model::passed_rehearsal(target));
    target = rehearsed(k_written);
    CHECK(model::verdict_of(target) == model::RehearsalVerdict::not_idempotent);
    CHECK_FALSE(model::passed_rehearsal(target));
    target.rehearsal->violations = {{LimitKind::no_network, "commands[0]", ""}};
    target.rehearsal->passed = false;
    CHECK(model::verdict_of(target) == model::RehearsalVerdict::limits_broken);
    CHECK_FALSE(model::passed_rehearsal(target));
    target.rehearsal->error = "exit status 1";
    CHECK(model::verdict_of(target) == model::RehearsalVerdict::failed);
    CHECK_FALSE(model::passed_rehearsal(target));
    target.rehearsal.reset();
    CHECK(model::passed_rehearsal(target));
}

TEST_CASE("rehearsal verdict: proven needs a second run of every step") {
    Target target = rehearsed(Effect{});
    CHECK(model::verdict_of(target) == model::RehearsalVerdict::proven);
    CHECK(model::passed_rehearsal(target));
    target.steps.emplace_back();
    CHECK(model::verdict_of(target) == model::RehearsalVerdict::passed);
    target.steps.clear();
    CHECK(model::verdict_of(target) == model::RehearsalVerdict::passed);
}

TEST_CASE("rehearsal verdict: a rehearsal that did not pass for no known reason has failed") {
    Target target = rehearsed(Effect{});
    target.rehearsal->passed = false;
    CHECK(model::verdict_of(target) == model::RehearsalVerdict::failed);
}

TEST_CASE("rehearsal verdict: what is volatile or made anew may change again, code may not") {
    const EntryState before = file_state(0644, 1, 'a');
    const EntryState after = file_state(0644, 2, 'b');
    const auto verdict = [&](const EntryChange &change) {
        return model::verdict_of(rehearsed(effect_of(change)));
    };
    CHECK(verdict(changed("/var/log/x", before, after)) == model::RehearsalVerdict::proven);
    CHECK(verdict(added("/var/log/x", after)) == model::RehearsalVerdict::proven);
    CHECK(verdict(changed("/etc/ld.so.cache", before, after)) == model::RehearsalVerdict::proven);
    CHECK(verdict(changed("/etc/ld.so.cache", before, file_state(0666, 2, 'b'))) ==
          model::RehearsalVerdict::not_idempotent);
    CHECK(verdict(added("/var/log/x", file_state(04755, 2, 'b'))) ==
          model::RehearsalVerdict::not_idempotent);
    Effect packages;
    packages.packages = {{"nginx", "", "1.2"}};
    CHECK(model::verdict_of(rehearsed(packages)) == model::RehearsalVerdict::not_idempotent);
}
