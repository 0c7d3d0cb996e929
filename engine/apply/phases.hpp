#pragma once
// Phases: the named stretches of work on one target, timed for the report and told as events, and
// how far long ones are.

#include "base/clock.hpp"
#include "base/interrupt.hpp"
#include "model/names.hpp"
#include "retouch/event.hpp"
#include "retouch/report.hpp"
#include "retouch/store.hpp"

#include <cstdint>
#include <string>

namespace retouch::apply {

/// One phase, from construction to destruction; a phase that fails is recorded too.
class Phase {
  public:
    Phase(PhaseKind kind, TargetReport &report, EventSink &events)
        : kind_(kind), report_(report), events_(events) {
        events_.on({EventKind::phase_started, report_.name, name(), {{"phase", name()}}});
    }

    ~Phase() {
        const double seconds = stopwatch_.seconds();
        report_.phases.push_back({kind_, seconds});
        events_.on({EventKind::phase_finished,
                    report_.name,
                    name(),
                    {{"phase", name()}, {"seconds", seconds}}});
    }

    Phase(const Phase &) = delete;
    Phase &operator=(const Phase &) = delete;

  private:
    [[nodiscard]] std::string name() const { return std::string(model::to_string(kind_)); }

    PhaseKind kind_;
    TargetReport &report_;
    EventSink &events_;
    base::Stopwatch stopwatch_;
};

/// For long work within the phase `phase`: an event for every hundredth, and an end to it when a
/// signal has arrived. It borrows `report` and `events`.
[[nodiscard]] inline WorkProgress tell_progress(PhaseKind phase, const TargetReport &report,
                                                EventSink &events) {
    return [phase, &report, &events, told = std::uint64_t{0}](std::uint64_t done,
                                                              std::uint64_t total) mutable {
        const std::uint64_t hundredths = total == 0 ? 0 : done * 100 / total;
        if (hundredths > told) {
            told = hundredths;
            events.on({EventKind::progress,
                       report.name,
                       "",
                       {{"phase", model::to_string(phase)}, {"done", done}, {"total", total}}});
        }
        return !base::interrupt_due();
    };
}

} // namespace retouch::apply
