#pragma once
// Diagnosis: what a catalog needs to be read and published to. Rights that only trying can tell are
// tried on a record of its own, private and hidden, which is gone again when it returns.

#include "catalog/glance.hpp"
#include "retouch/finding.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace retouch::catalog {

/// The records of a local catalog; its files are the store's.
[[nodiscard]] std::vector<Finding> local_catalog_findings(const std::string &name,
                                                          const std::filesystem::path &directory);

/// Keystone and Glance. `store_works`: Ceph is reachable, or not configured here: only then can be
/// told how images would be published.
[[nodiscard]] std::vector<Finding> glance_findings(const GlanceOptions &options, bool store_works);

} // namespace retouch::catalog
