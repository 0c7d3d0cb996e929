#pragma once
// RBD images of ours found by looking at a pool, not by a journal or a record: those whose run died
// and took all that told of it along. Nothing is removed here; whether a record names one is the
// catalog's to know.

#include "store/rbd/cluster.hpp"

#include <chrono>
#include <set>
#include <string>
#include <vector>

namespace retouch::store {

/// What an RBD image of ours tells of itself. Times are as utc_now() writes them.
struct FoundStage {
    std::string id = {};    ///< empty for a doctor's
    std::string name;       ///< POOL/IMAGE
    std::string created;    ///< by Ceph's own account
    std::string host = {};  ///< of its run; empty when that died before it could tell
    std::string space = {}; ///< process_space() of its run
    std::string pid = {};   ///< there
    bool half_made = false; ///< it has no header, and cannot be opened
    std::string until = {}; ///< it was kept on purpose until then; empty: it was not

    bool operator==(const FoundStage &) const = default;
};

/// By the names of the pool's images; only those that are called as stages are get opened, to read.
/// Throws Error.
[[nodiscard]] std::vector<FoundStage> list_stages(const Pool &pool);

/// What a doctor tried its rights with, and what it cloned of that, clones first. Throws Error.
[[nodiscard]] std::vector<FoundStage> list_probes(const Pool &pool);

/// What runs and doctors removed and the pool's own settings have put into its trash: `id` is by
/// which it is found there, `created` when it was removed. What bears the mark of its own name, an
/// id, is among it while nothing needs it: a clone would keep a snapshot of it. Throws Error.
[[nodiscard]] std::vector<FoundStage> list_trashed(const Pool &pool);

/// What bears the mark of its own name, an id that is not among `known`: published, or about to be.
/// All others that are called by an id get opened, to read. Throws Error.
[[nodiscard]] std::vector<FoundStage> list_published(const Pool &pool,
                                                     const std::set<std::string> &known);

/// True when nobody can be at work on it: it is older than the `longest` anybody works on one, or
/// its process was one of this host and is dead. One that was kept on purpose has that much more
/// than it was kept for.
[[nodiscard]] bool is_abandoned(const FoundStage &stage, std::chrono::minutes longest);

} // namespace retouch::store
