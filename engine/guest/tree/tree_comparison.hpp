#pragma once
// Comparing two trees by their metadata alone: what may have changed. Pure, and shared with the
// runner in the appliance.

#include "guest/tree/tree.hpp"

#include <vector>

namespace retouch::guest {

/// One path of two trees; nullptr where it is not.
struct TreePair {
    const TreeEntry *before = nullptr;
    TreeEntry *after = nullptr;
};

/// What was added, removed, or differs. Of a regular file a later time is enough to differ; of all
/// else the times tell nothing, and of a directory only mode, owner and attributes count.
[[nodiscard]] std::vector<TreePair> compare_trees(const Tree &before, Tree &after);

/// True when compare_trees() would name the pair of these two.
[[nodiscard]] bool may_differ(const TreeEntry &before, const TreeEntry &after);

/// True when type, mode, owner, size, target and attributes are the same; bytes aside.
[[nodiscard]] bool looks_the_same(const TreeEntry &before, const TreeEntry &after);

} // namespace retouch::guest
