#pragma once
// Diagnosis: what the stores need of this host and of the Ceph cluster. What must be tried to be
// known is tried on files and RBD images of its own, which are gone again when it returns.

#include "retouch/finding.hpp"
#include "retouch/store.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace retouch::store {

/// What every disk is opened with, whatever the store and the guest.
[[nodiscard]] std::vector<Finding> disk_findings();

/// A directory of image files; it need not exist yet.
[[nodiscard]] std::vector<Finding> file_store_findings(const std::filesystem::path &directory);

/// A pool of RBD images, and one for rehearsals unless `scratch_pool` is empty: who may write there
/// need not be able to write to the other. One warning when no Ceph cluster is configured at all.
[[nodiscard]] std::vector<Finding> rbd_findings(const RbdAccess &access, const std::string &pool,
                                                const std::string &scratch_pool = {});

} // namespace retouch::store
