#pragma once
// Fitness: what is looked at after the last step whatever the recipe says, because an image is made
// for many machines: that it can still be booted, and that no step has given it what only one of
// them may have. How each is found out is the guest layer's.

#include "guest/boot_entries.hpp"
#include "retouch/guest.hpp"
#include "retouch/plan.hpp"

#include <set>
#include <string>

namespace retouch::apply {

struct FitnessBefore {
    guest::BootEntries entries;
    std::set<std::string> identity; ///< paths
};

/// To be called before the first step. Throws Error.
[[nodiscard]] FitnessBefore fitness_before(const GuestView &guest);

/// To be called after the last step. Throws Error: failed when the image is not fit any more.
void require_fit(const FitnessBefore &before, const Target &target, const GuestView &guest);

} // namespace retouch::apply
