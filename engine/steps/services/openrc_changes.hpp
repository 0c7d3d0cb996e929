#pragma once
// What the verbs of `services` change in a guest with OpenRC: links in the directories of its
// runlevels. It only looks.

#include "steps/support/image_changes.hpp"

#include <string>

namespace retouch::steps {

/// Whether the guest is one of OpenRC's. Throws Error.
[[nodiscard]] bool has_openrc(const GuestView &guest);

/// Throws Error.
[[nodiscard]] ImageChanges enable_in_runlevel(const GuestView &guest, const std::string &name,
                                              const std::string &runlevel);

/// An empty `runlevel` means all. Throws Error.
[[nodiscard]] ImageChanges disable_in_runlevels(const GuestView &guest, const std::string &name,
                                                const std::string &runlevel);

} // namespace retouch::steps
