#pragma once
// Phases: the named stretches of work on one target, timed for the report and told as events, and
// how far long ones are.

#include "base/clock.hpp"
#include "base/interrupt.hpp"
#include "retouch/event.hpp"
#include "retouch/report.hpp"
#include "retouch/store.hpp"

#include <cstdint>
#include <string>

namespace retouch {

/// One phase, from construction to destruction; a phase that fails is recorded too.
class Phase {
  public:
    Phase(const std::string &name, TargetReport &report, EventSink &events)
        : name_(name), report_(report), events_(events) {
        events_.on({"phase_started", report_.name, name_, {{"phase", name_}}});
    }

    ~Phase() {
        const double seconds = stopwatch_.seconds();
        report_.phases.emplace_back(name_, seconds);
        events_.on(
            {"phase_finished", report_.name, name_, {{"phase", name_}, {"seconds", seconds}}});
    }

    Phase(const Phase &) = delete;
    Phase &operator=(const Phase &) = delete;

  private:
    std::string name_;
    TargetReport &report_;
    EventSink &events_;
    Stopwatch stopwatch_;
};

/// For long work within the phase `phase`: an event for every hundredth, and an end to it when a
/// signal has arrived. It borrows both.
[[nodiscard]] inline WorkProgress tell_progress(const std::string &phase,
                                                const TargetReport &report, EventSink &events) {
    return [phase, &report, &events, told = std::uint64_t{0}](std::uint64_t done,
                                                              std::uint64_t total) mutable {
        const std::uint64_t hundredths = total == 0 ? 0 : done * 100 / total;
        if (hundredths > told) {
            told = hundredths;
            events.on({"progress",
                       report.name,
                       "",
                       {{"phase", phase}, {"done", done}, {"total", total}}});
        }
        return !interrupt_due();
    };
}

} // namespace retouch
