#pragma once
// Stages found by looking at a pool, not by a journal or a record: those whose run died and took
// all that told of it along. Nothing is removed here; whether a record names one is the catalog's
// to know.

#include "store/rbd/cluster.hpp"

#include <string>
#include <vector>

namespace retouch {

/// What an unpublished RBD image of ours tells of itself. Times are as utc_now() writes them.
struct FoundStage {
    std::string id;
    std::string name;       ///< POOL/IMAGE
    std::string created;    ///< by Ceph's own account
    std::string host = {};  ///< of its run; empty when that died before it could tell
    std::string pid = {};   ///< there
    std::string until = {}; ///< it was kept on purpose until then; empty: it was not

    bool operator==(const FoundStage &) const = default;
};

/// By the names of the pool's images; only those that are called as stages are get opened, to read.
/// Throws Error.
[[nodiscard]] std::vector<FoundStage> list_stages(const Pool &pool);

/// True when no run can be at work on it: it is older than a day, or its run was one of this host
/// and is dead. One that was kept on purpose has a day more than it was kept for.
[[nodiscard]] bool is_abandoned(const FoundStage &stage);

} // namespace retouch
