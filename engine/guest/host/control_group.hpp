#pragma once
// ControlGroup: a control group (version 2) of one command and all it starts, which counts them
// together where the limits of processes count each alone. Only where this host has a place for it
// that needs no change to any group but a new one of ours.

#include "base/file.hpp"
#include "guest/command_limits.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace retouch {

class ControlGroup {
  public:
    /// A new one with `limits`; nullptr where there is no place for it. Never throws for what this
    /// host lacks.
    [[nodiscard]] static std::unique_ptr<ControlGroup> make(const CommandLimits &limits);

    /// Ends what is in it, and removes it.
    ~ControlGroup();

    ControlGroup(const ControlGroup &) = delete;
    ControlGroup &operator=(const ControlGroup &) = delete;

    [[nodiscard]] const std::filesystem::path &path() const { return path_; }

    /// Those the kernel has counted as met.
    [[nodiscard]] std::vector<CommandLimit> limits_met() const;

  private:
    ControlGroup(std::filesystem::path path, UniqueFd living);

    std::filesystem::path path_;
    UniqueFd living_; ///< a lock: who dies lets go of it
};

/// Removes those that runs left behind that died. Never throws.
void remove_dead_groups() noexcept;

/// Where groups are made, empty for nowhere, from the texts of /proc/self/cgroup and
/// /proc/self/mountinfo: the own group or the one above it. `has_controllers` tells whether a
/// group gives memory and pids to those below it.
[[nodiscard]] std::filesystem::path
place_for_groups(std::string_view own, std::string_view mounts,
                 const std::function<bool(const std::filesystem::path &)> &has_controllers);

} // namespace retouch
