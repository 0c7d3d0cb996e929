#pragma once
// Phases: the named stretches of work on one target, timed for the report and told as events.

#include "base/clock.hpp"
#include "retouch/event.hpp"
#include "retouch/report.hpp"

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

} // namespace retouch
