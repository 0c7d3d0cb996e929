#pragma once
// Event: something that happened during a run, as it happens. The engine emits events; it never
// prints. Sinks draw progress lines, write JSON lines, or collect them in tests.
// Thread-safety: an event is a plain value; for sinks see EventSink.

#include "retouch/json.hpp"

#include <string>

namespace retouch {

/// What happened; docs/events.md says when each is emitted.
enum class EventKind {
    run_started,
    target_started,
    phase_started,
    progress, ///< of a long phase
    step_started,
    step_finished,
    phase_finished,
    target_finished,
    notice,
    run_finished,
};

/// A stretch of the work on one target, which the report times.
enum class PhaseKind {
    reserve, ///< the record is asked for
    stage,
    grow, ///< the disk, and what is on it
    open,
    plan, ///< what the steps would change is looked up
    look, ///< the tree is remembered as it is
    steps,
    label, ///< SELinux labels are set
    close,
    seal,
    adopt,   ///< bytes a rehearsal kept are checked
    fetch,   ///< a file of the web
    unpack,  ///< a compressed or packed file
    convert, ///< a file that is imported becomes an image's bytes
    upload,
    publish,
    detach,
};

struct Event {
    EventKind kind = EventKind::notice;
    std::string target;  ///< what the target publishes: its name; empty for the run as a whole
    std::string message; ///< one short sentence for people; escaped
    Json details;        ///< object; keys documented per kind in docs/events.md
};

class EventSink {
  public:
    virtual ~EventSink() = default;

    /// Called from the one thread that does the work; must not throw and should return at once.
    virtual void on(const Event &event) = 0;
};

} // namespace retouch
