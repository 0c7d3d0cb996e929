#pragma once
// Event: something that happened during a run, as it happens. The engine emits events; it never
// prints. Sinks draw progress lines, write JSON lines, or collect them in tests.

#include "retouch/json.hpp"

#include <string>

namespace retouch {

struct Event {
    /// run_started, target_started, phase_started, step_started, step_finished, phase_finished,
    /// target_finished, notice, run_finished
    std::string type;
    std::string target;  ///< what the target publishes: its name; empty for the run as a whole
    std::string message; ///< one short sentence for people; escaped
    Json details;        ///< object; keys documented per type in docs/events.md
};

class EventSink {
  public:
    virtual ~EventSink() = default;

    /// Called from the thread that does the work; must not throw and should return at once.
    virtual void on(const Event &event) = 0;
};

} // namespace retouch
