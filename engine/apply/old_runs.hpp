#pragma once
// Old runs: the journals of finished runs are kept for people, for a while and up to a number, and
// so are the files of locks; what is older goes when a run begins to work, so that what lies here
// stays bounded. A command with nothing to do does not look.

#include <chrono>
#include <cstddef>
#include <filesystem>

namespace retouch::apply {

struct OldRunsRule {
    std::size_t most = 1000; ///< journals
    std::chrono::hours longest = std::chrono::hours(24 * 90);
};

/// Removes from STATE/ the journals beyond the newest `most` and those older than `longest`, but
/// the newest that notes a project images were made for, which `detach` asks; and from STATE/locks/
/// the files nobody has held for `longest`. Runs that have not ended, or were kept, are elsewhere.
/// Safe beside other runs. Throws Error: interrupted; what cannot be removed stays.
void remove_old_runs(const std::filesystem::path &state_directory, const OldRunsRule &rule = {});

} // namespace retouch::apply
