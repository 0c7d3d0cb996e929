#pragma once
// Own objects: the small objects of ours that a dead run left in a pool where no RBD image leads to
// them: announcements, locks, and names librbd had begun to give. Nothing is removed here.

#include "store/rbd/cluster.hpp"
#include "store/rbd/stage_list.hpp"

#include <string>
#include <vector>

namespace retouch::store {

struct FoundObject {
    std::string pool;   ///< escaped
    std::string object; ///< its name; of letters, digits, '.', '_' and '-'
    FoundStage of;      ///< `id` of the stage, empty for a lock; `created` is when it was written
};

struct OwnObjects {
    std::vector<FoundObject> announcements;
    std::vector<FoundObject> names; ///< of images that are in no list of the pool
    std::vector<FoundObject> locks; ///< that nobody holds
    bool all = true;                ///< false: the pool has so many objects that not all were seen
};

/// Every object of the pool is asked for its name, for no list leads to them; it ends after half a
/// minute with what it has found by then. Throws Error: interrupted.
[[nodiscard]] OwnObjects list_own_objects(const Pool &pool);

/// The announcement, and the name of an image that is in no list, of one stage. Throws Error.
[[nodiscard]] std::vector<FoundObject> own_objects_of(const Pool &pool, const std::string &id);

} // namespace retouch::store
