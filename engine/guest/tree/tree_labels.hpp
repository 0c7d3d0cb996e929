#pragma once
// SELinux labels in a walked tree: what lacks one since the guest was opened, and giving it one. No
// kernel of ours has a policy, so an inode that is made gets none. Shared with the runner in the
// appliance.

#include "guest/tree/tree.hpp"
#include "retouch/file_label.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace retouch::guest {

/// A moment by two clocks, in nanoseconds: one that people set, and one that only runs.
struct ClockMark {
    std::int64_t set = 0;
    std::int64_t running = 0;

    [[nodiscard]] static ClockMark now();

    /// When this machine started.
    [[nodiscard]] static ClockMark start();

    /// The earliest time that may have been noted since then, however the clock was set.
    [[nodiscard]] std::int64_t earliest() const;
};

/// Whether an inode whose last change is noted as `changed` may have changed at `moment` or later,
/// both in nanoseconds. Exact to a tick of the kernel, and where only seconds are noted to those.
[[nodiscard]] bool may_have_changed_since(std::int64_t changed, std::int64_t moment);

/// Adds to `found`, in tree order, what changed since `began` and has no label. The working
/// directory is as after walk_tree().
[[nodiscard]] LookFailure find_unlabelled(int root, const ClockMark &began, const TreeTools &tools,
                                          std::vector<UnlabelledEntry> &found);

/// Adds to `found`, in tree order, every entry with its label. The working directory is as after
/// walk_tree().
[[nodiscard]] LookFailure find_labels(int root, const TreeTools &tools,
                                      std::vector<LabelledEntry> &found);

/// Labels what has none or still the former one, links themselves and not what they lead to.
/// Returns what did not work; what cannot have a label, or has another by now, is left.
[[nodiscard]] std::vector<FailedLabel> store_labels(int root, const std::vector<PathLabel> &labels,
                                                    const TreeTools &tools);

} // namespace retouch::guest
