// What `commands` and `checks` make of a command's answer. What commands really do is for the cases
// of tests/steps on real guests.

#include "support/memory_guest.hpp"
#include "unit/steps/sections.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

namespace {

MemoryGuest guest_with_shell() {
    MemoryGuest guest;
    guest.put_link("/bin", "usr/bin");
    guest.put_file("/usr/bin/sh", "", 0755);
    return guest;
}

StepChange preview(const Step &step, const GuestView &guest) {
    return find_step_kind(step.kind)->preview(step, guest);
}

StepResult execute(const Step &step, Guest &guest) {
    return find_step_kind(step.kind)->execute(step, guest);
}

MemoryGuest::Scripted timed_out() {
    MemoryGuest::Scripted answer;
    answer.result.exit_status = 137;
    answer.result.timed_out = true;
    return answer;
}

} // namespace

TEST_CASE("commands: the result has everything the guest said") {
    MemoryGuest guest = guest_with_shell();
    MemoryGuest::Scripted answer;
    answer.result = {4, false, {}, {"out", 300}, {"err", 3}, 1.5};
    guest.script("x", answer);
    const StepResult result = execute(read_step("commands", "- x"), guest);
    StepResult wanted;
    wanted.outcome = StepOutcome::failed;
    wanted.message = "exited with status 4";
    wanted.exit_status = 4;
    wanted.out = {"out", 300};
    wanted.err = {"err", 3};
    wanted.seconds = 1.5;
    CHECK(result == wanted);
}

TEST_CASE("commands: a command out of time says how much it had") {
    MemoryGuest guest = guest_with_shell();
    guest.script("x", timed_out());
    const auto message = [&guest](const std::string &timeout) {
        return execute(read_step("commands", "- {run: x, timeout: " + timeout + "}"), guest)
            .message;
    };
    CHECK(message("10m") == "timed out after 10m");
    CHECK(message("1h30m") == "timed out after 1h30m");
    CHECK(message("90s") == "timed out after 1m30s");
    CHECK(message("24h") == "timed out after 24h");
    CHECK(execute(read_step("commands", "- x"), guest).message == "timed out after 10m");
}

TEST_CASE("commands, checks: a limit that was met is part of what went wrong") {
    MemoryGuest guest = guest_with_shell();
    MemoryGuest::Scripted answer;
    answer.result.exit_status = 2;
    answer.result.limits = {"it met the limit of 50 processes", "it seems to have met another"};
    guest.script("x", answer);
    CHECK(execute(read_step("commands", "- x"), guest).message ==
          "exited with status 2: it met the limit of 50 processes; it seems to have met another");
    CHECK(execute(read_step("checks", "- {run: x}"), guest).message ==
          "wanted exit status 0, found 2; it met the limit of 50 processes; it seems to have met "
          "another");
    CHECK(execute(read_step("checks", "- {run: x, status: 2}"), guest).outcome ==
          StepOutcome::passed);

    answer = timed_out();
    answer.result.limits = {"it met the limit of 5.0 s"};
    guest.script("x", answer);
    CHECK(execute(read_step("commands", "- x"), guest).message ==
          "timed out: it met the limit of 5.0 s");
}

TEST_CASE("commands: a guard is asked in the plan and again before the command") {
    MemoryGuest guest = guest_with_shell();
    guest.script("guard", 1);
    guest.script("x", 0);
    const Step step = read_step("commands", "- {run: x, unless: guard}");
    CHECK(preview(step, guest) == StepChange{StepState::unknown, "will run, effect unknown", ""});
    CHECK(guest.ran().empty());
    guest.script("guard", 0);
    CHECK(preview(step, guest) == StepChange{StepState::skipped, "unless: guard succeeded", ""});
    const StepResult result = execute(step, guest);
    CHECK(result.outcome == StepOutcome::skipped);
    CHECK(result.message == "unless: guard succeeded");
    CHECK(guest.ran().empty());
    CHECK(guest.probed() == std::vector<std::string>{"guard", "guard", "guard"});
    guest.script("guard", 1);
    CHECK(execute(step, guest).outcome == StepOutcome::ran);
    CHECK(guest.ran() == std::vector<std::string>{"x"});
}

TEST_CASE("commands: a guard out of time decides nothing") {
    MemoryGuest guest = guest_with_shell();
    guest.script("guard", timed_out());
    const Step step = read_step("commands", "- {run: x, only_if: guard, timeout: 5s}");
    CHECK(preview(step, guest).state == StepState::unknown);
    const StepResult result = execute(step, guest);
    CHECK(result.outcome == StepOutcome::failed);
    CHECK(result.message == "only_if: guard timed out after 5s");
    CHECK(guest.ran().empty());
}

TEST_CASE("commands: a shell or directory that is still missing fails the step, not the plan") {
    MemoryGuest guest = guest_with_shell();
    const Step step =
        read_step("commands", "- {run: x, unless: guard, shell: /bin/bash, workdir: /srv}");
    CHECK(preview(step, guest).state == StepState::unknown);
    CHECK(execute(step, guest).message == "the image has no /bin/bash");
    guest.put_file("/usr/bin/bash", "", 0755);
    CHECK(preview(step, guest).state == StepState::unknown);
    CHECK(execute(step, guest).message == "the image has no directory /srv");
    CHECK(guest.probed().empty());
}

TEST_CASE("checks: a command passes only with the status and the output that are wanted") {
    MemoryGuest guest = guest_with_shell();
    guest.script("x", 1, "one\ntwo 2\n");
    const auto outcome = [&guest](const std::string &more) {
        const StepResult result = execute(read_step("checks", "- {run: x" + more + "}"), guest);
        CHECK((result.outcome == StepOutcome::passed) == result.message.empty());
        CHECK(result.exit_status == 1);
        return result.message;
    };
    CHECK(outcome(", status: 1") == "");
    CHECK(outcome(", status: 1, output: \"ne\\ntwo\", matches: \"^two [0-9]+$\"") == "");
    CHECK(outcome("") == "wanted exit status 0, found 1");
    CHECK(outcome(", output: Two, matches: '^wo'") ==
          "wanted exit status 0, found 1; wanted output with 'Two', found 'one ...'; wanted output "
          "matching '^wo', found 'one ...'");
    CHECK(guest.ran().empty());
    CHECK(preview(read_step("checks", "- {run: x}"), guest) ==
          StepChange{StepState::unknown, "will be checked", ""});
}

TEST_CASE("checks: a file too large to search does not pass") {
    MemoryGuest guest;
    guest.put_file("/x", std::string(16 * 1024 * 1024, ' ') + "wanted");
    const StepResult result = execute(read_step("checks", "- {file: /x, contains: wanted}"), guest);
    CHECK(result.outcome == StepOutcome::failed);
    CHECK(result.message ==
          "wanted the text 'wanted', but the file is too large to search: 16.0 MiB");
}
