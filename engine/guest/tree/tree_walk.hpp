#pragma once
// Walking a mounted tree by descriptors: links are never followed, nothing is written, and only
// metadata is read. Shared with the runner in the appliance.

#include "guest/tree/tree.hpp"

namespace retouch::guest {

/// True for an open directory on a filesystem no image has: something of this machine that lies in
/// the way.
[[nodiscard]] bool is_made_up(int directory);

/// True when the metadata of a file prove that nobody wrote to it in between.
[[nodiscard]] bool is_untouched(const TreeEntry &before, const TreeEntry &after);

/// Everything below the directory `root`, itself included, but what the kernel makes up (proc,
/// sysfs, tmpfs). What is untouched since `former` is taken over from there. When it returns, the
/// clock has moved on so far that any later change has a later time. Meanwhile the calling thread's
/// working directory, and that of threads which share it, is somewhere in the tree.
[[nodiscard]] LookFailure walk_tree(int root, const Tree &former, const TreeTools &tools,
                                    Tree &tree);

/// Of what walk_tree() would see, that whose inode changed from `first` to `last` (nanoseconds);
/// nothing is asked of the rest.
[[nodiscard]] LookFailure walk_changed(int root, std::int64_t first, std::int64_t last,
                                       const TreeTools &tools, Tree &tree);

} // namespace retouch::guest
