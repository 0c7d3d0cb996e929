#pragma once
// Detaching: completing a published image's own bytes, so that it depends on no other. It comes
// after the hand-over, may be interrupted at any time and is then repeated by a later run.

#include "retouch/catalog.hpp"
#include "retouch/event.hpp"
#include "retouch/plan.hpp"
#include "retouch/report.hpp"

#include <string>

namespace retouch::apply {

/// True when the bytes of a new image depend on the source's until they are detached.
[[nodiscard]] bool shares_data(const Target &target);

/// Detaches `id` and takes the mark off its record if it bears it, as a phase of `report`; while it
/// is at work the record is protected. Throws Error.
void detach_image(Catalog &catalog, const std::string &id, TargetReport &report, EventSink &events);

/// The same as the end of an apply: what goes wrong becomes a note in `report`, and the exit code
/// of what the next run does, since the image is published and whole all the same.
void detach(Catalog &catalog, const std::string &id, TargetReport &report, EventSink &events);

} // namespace retouch::apply
