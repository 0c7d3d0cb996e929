#pragma once
// Saved files: what list_host_files() found when a plan was made, read back from the plan's options
// by the rules it lists by. The host is not looked at: apply compares its bytes with these digests.

#include "steps/files/file_set.hpp"
#include "steps/support/reading.hpp"

#include <vector>

namespace retouch::steps {

/// The `entries` of `options`, which are untrusted; empty after an error.
[[nodiscard]] std::vector<FileEntry> saved_files(const Value &options, const Reader &reader);

} // namespace retouch::steps
