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

/// What walk_tree() would see below `directory`, which is at `path`; everybody may pass through it
/// when `reachable`. Without the waiting.
[[nodiscard]] LookFailure walk_below(int directory, const std::string &path, bool reachable,
                                     const TreeTools &tools, Tree &tree);

/// What walk_tree() would see of the one entry `name` of `directory`, taken over from `former`, if
/// that is there and still holds. `entry` comes with its path. The failure's code is ENOENT where
/// there is none. The working directory is as after walk_tree(). Without the waiting.
[[nodiscard]] LookFailure look_at(int directory, const char *name, bool reachable,
                                  const TreeTools &tools, const TreeEntry *former,
                                  TreeEntry &entry);

/// Filesystems note times in ticks of the kernel, some in whole seconds: a change in the tick of
/// the last look would look like none, so this returns when the next change has a later time.
/// `was_seen`: whether anything has changed at that time (nanoseconds), of what was looked at.
void outwait_the_tick(const std::function<bool(std::int64_t time)> &was_seen);

} // namespace retouch::guest
