#pragma once
// Paths in a guest: following links by looking, and making the directories above a file.
// Everything happens inside the guest; ".." above its root stays at its root.

#include "retouch/guest.hpp"

#include <optional>
#include <string>

namespace retouch::steps {

/// What is at `path` when all links are followed, the last one too; nullopt when they lead nowhere.
/// Throws Error.
[[nodiscard]] std::optional<FileInfo> stat(const GuestView &guest, const std::string &path);

/// Why no file can be made at `path` because of what is above it ("/x is a file in the image"), or
/// empty when its directory is there or can be made. Throws Error.
[[nodiscard]] std::string parent_obstacle(const GuestView &guest, const std::string &path);

/// A directory that is made because a file of this owner lies below it: root, 0755; `.ssh` and
/// `.gnupg`, whose programs want them for their owner alone, 0700 and the owner of the file.
[[nodiscard]] FileInfo made_directory(const std::string &path, std::uint32_t uid,
                                      std::uint32_t gid);

/// Makes the directories missing above `path`. Requires: no parent_obstacle().
void make_parents(Guest &guest, const std::string &path, std::uint32_t uid, std::uint32_t gid);

/// False where the filesystem that `path` is on keeps neither owner nor mode of a file: FAT. There
/// both are what the machine's mount says.
[[nodiscard]] bool keeps_owner_and_mode(const GuestView &guest, const std::string &path);

/// True when `path`, links followed, is a directory. Throws Error.
[[nodiscard]] bool is_directory(const GuestView &guest, const std::string &path);

} // namespace retouch::steps
