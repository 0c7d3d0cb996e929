#pragma once

// ChildStart: what a child does between its birth and exec. All of it is prepared beforehand, as
// after the fork of a program with threads only calls that take no lock are safe.

#include "base/file.hpp"

#include <optional>
#include <span>
#include <sys/resource.h>
#include <sys/types.h>

namespace retouch::base {

struct ChildStart {
    const char *program = nullptr;
    char **arguments = nullptr;
    char **environment = nullptr;
    // Descriptors above 2.
    int in = -1;
    int out = -1;
    int err = -1;
    int failure = -1;               ///< takes the errno of what failed before exec
    std::span<const int> inherited; ///< stay open under their numbers
    pid_t parent = -1;
    std::optional<rlimit> descriptors; ///< the limit of open files; nullopt: as ours

    /// In the child.
    [[noreturn]] void become() const;

  private:
    [[nodiscard]] bool set_up() const;
    [[nodiscard]] bool place_descriptors() const;
    [[nodiscard]] bool die_with_parent() const;
};

/// A child that does so, and its pidfd: both, or -1 and errno. Requires: all signals are blocked.
[[nodiscard]] pid_t clone_child(const ChildStart &start, UniqueFd &pidfd);

} // namespace retouch::base
