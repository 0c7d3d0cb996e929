#pragma once
// Group places: where this host has room for a control group of ours, told from the texts of
// /proc/self/cgroup and /proc/self/mountinfo. Nothing is made or changed here.

#include <filesystem>
#include <functional>
#include <string_view>

namespace retouch::guest {

/// Of version 2: the own group or the one above it; empty for nowhere. `has_controllers` tells
/// whether a group gives memory and pids to those below it.
[[nodiscard]] std::filesystem::path
place_for_groups(std::string_view own, std::string_view mounts,
                 const std::function<bool(const std::filesystem::path &)> &has_controllers);

/// Of version 1, in the hierarchy that counts memory: the own group, whose limits hold for what is
/// below it, too. Empty where that is not seen.
[[nodiscard]] std::filesystem::path place_for_memory_groups(std::string_view own,
                                                            std::string_view mounts);

} // namespace retouch::guest
