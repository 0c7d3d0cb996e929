#pragma once
// Labels after the last step that writes: set, told in the report, and shown as what the steps did
// that made the files. How a path is labelled is the guest layer's.

#include "guest/observer.hpp"
#include "retouch/guest.hpp"
#include "retouch/report.hpp"
#include "retouch/step_kind.hpp"

namespace retouch::apply {

/// Labels what `scope` says, where the image has a policy, as the phase "label". What could not
/// be labelled is added to the notes of `report`. `observer` may be nullptr; where it is not, the
/// effects of the report's steps tell their files as they are now. Requires: the effect of the last
/// step that wrote was told. Throws Error.
void set_labels_behind_steps(LabelScope scope, Guest &guest, guest::Observer *observer,
                             TargetReport &report, EventSink &events);

} // namespace retouch::apply
