#include "base/helper_guard.hpp"

#include "base/interrupt.hpp"
#include "base/process.hpp"
#include "unit/base/child_helpers.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <unistd.h>

using namespace retouch;
using namespace std::chrono_literals;

namespace {

base::ProcessSpec shell(const std::string &script) {
    base::ProcessSpec spec;
    spec.program = "/bin/sh";
    spec.arguments = {"-c", script};
    return spec;
}

/// SIGTERM for this process, after a moment in which the helper is ready. Requires: the handlers
/// were installed before the guard was made, as main does.
void interrupt_soon() {
    usleep(300000);
    raise(SIGTERM);
}

} // namespace

TEST_CASE("helper guard: a stopped helper is continued, and ends when it is asked to") {
    CHECK(in_child([] {
              base::install_interrupt_handlers();
              base::ChildProcess helper(shell("kill -STOP $$; sleep 60"));
              const base::HelperGuard guard(helper.hold(), 5s);
              interrupt_soon();
              for (int turn = 0; turn < 100; ++turn)
                  usleep(10000);
              // It runs on, and takes the request before the guard's patience ends.
              return helper.running() && helper.stop(4s).signal == SIGTERM && !guard.fired() ? 0
                                                                                             : 1;
          }) == 0);
}

TEST_CASE("helper guard: one that is still in the way after its grace is killed") {
    CHECK(in_child([] {
              base::install_interrupt_handlers();
              const base::ChildProcess helper(shell("trap '' TERM; while :; do sleep 0.1; done"));
              const base::HelperGuard guard(helper.hold(), 500ms);
              interrupt_soon();
              if (guard.fired() || !helper.running())
                  return 1;
              const base::ProcessHandle held = helper.hold();
              if (!held.ended(5s))
                  return 2;
              return guard.fired() && helper.end()->signal == SIGKILL ? 0 : 3;
          }) == 0);
}

TEST_CASE("helper guard: without an interruption, and behind a shield, nothing happens") {
    CHECK(in_child([] {
              base::install_interrupt_handlers();
              const base::ChildProcess helper(shell("sleep 60"));
              const base::HelperGuard guard(helper.hold(), 0ms);
              if (helper.hold().ended(300ms))
                  return 1;
              {
                  const base::InterruptShield shield;
                  interrupt_soon();
                  if (helper.hold().ended(500ms) || guard.fired())
                      return 2;
              }
              return helper.hold().ended(5s) && guard.fired() ? 0 : 3;
          }) == 0);
}

TEST_CASE("helper guard: it ends with its owner, at once") {
    const base::ChildProcess helper(shell("sleep 60"));
    const auto start = std::chrono::steady_clock::now();
    { const base::HelperGuard guard(helper.hold()); }
    CHECK(std::chrono::steady_clock::now() - start < 2s);
    CHECK(helper.running());
}
