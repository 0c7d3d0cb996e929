#pragma once

// Volatile paths: what comes out differently each time steps run, whatever they do: logs, caches,
// identities. What is run is never among them, whatever a glob says (model/code_change.hpp).

#include <string>
#include <vector>

namespace retouch::plan {

/// Globs, as matches_path() reads them: the usual ones, then `more`.
[[nodiscard]] std::vector<std::string> volatile_paths(const std::vector<std::string> &more);

/// Of `all`, as volatile_paths() gives them, what was `more`.
[[nodiscard]] std::vector<std::string> stated_volatile_paths(std::vector<std::string> all);

} // namespace retouch::plan
