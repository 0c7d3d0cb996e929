#pragma once
// ControlGroup: a control group of one command and all it starts, which counts them together where
// the limits of processes count each alone: memory and processes in version 2, memory in version 1.
// Only where this host has a place for it that needs no change to any group but a new one of ours.

#include "base/file.hpp"
#include "guest/command_limits.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace retouch::guest {

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
    struct Kind;
    struct Place;

    ControlGroup(const Kind &kind, std::filesystem::path path, base::UniqueFd living);

    [[nodiscard]] bool limit(const CommandLimits &limits) const;
    [[nodiscard]] static std::vector<Place> places();
    friend void remove_dead_groups() noexcept;

    const Kind &kind_;
    std::filesystem::path path_;
    base::UniqueFd living_; ///< a lock: who dies lets go of it
};

/// Removes those that runs left behind that died. Never throws.
void remove_dead_groups() noexcept;

} // namespace retouch::guest
