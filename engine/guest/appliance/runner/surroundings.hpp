#pragma once
// What a command finds around itself: /dev, /run, /proc, /sys and a few files over the guest's own.
// All is mounted over the working directory, which is the guest's root. Part of the runner.

#include "guest/appliance/job.hpp"

#include <string>

namespace retouch::guest {

/// /dev, /run and the files. Empty when all is there, else what could not be done.
[[nodiscard]] std::string make_surroundings(const Job &job);

/// /proc and /sys, of the namespaces of the process `first_fd`, a pidfd. To be called after the
/// above. This process's children belong to those namespaces afterwards.
[[nodiscard]] std::string mount_kernel_views(const Job &job, int first_fd);

} // namespace retouch::guest
