#pragma once
// Creating: one new image of a target, from the reservation of its record to the name handed over,
// as one list of phases. Whatever it made is taken back unless it was published.

#include "apply/run.hpp"

namespace retouch::apply {

/// What a journal begins with, for whoever reads it.
[[nodiscard]] Json about(const Target &target);

/// Builds and publishes the image of `target`, or publishes what a rehearsal kept of it. With
/// `preview` the foreseen changes are looked up on the stage before the user is asked. A step that
/// fails is told in `report`, everything else thrown: Error, and Cancelled. `lock` is held.
void create_image(const Run &run, Plan &plan, Target &target, NameLock &lock, bool preview,
                  TargetReport &report);

} // namespace retouch::apply
