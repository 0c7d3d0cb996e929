#pragma once
// How filesystems of an image are mounted, in both guests: as which type, and with the options that
// leave the least to what the image says. Pure; it mounts nothing.

#include "guest/volume.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

/// The type to mount the volume as: the first of `stated` that fits what is on it, or what is on it
/// where "auto" or nothing is stated. Throws Error: refused when none fits, or when it is none of
/// those that are mounted at all. The kernel never chooses.
[[nodiscard]] std::string mount_type(const Volume &volume, const std::vector<std::string> &stated);

/// True for the types a root is looked for on without the help of libguestfs.
[[nodiscard]] bool may_hold_plain_root(std::string_view type);

/// True for what a kernel shows whole by itself, and for what holds nothing to mount: on any other
/// type there may be more than one root, or one that only libguestfs finds.
[[nodiscard]] bool is_plain(std::string_view type);

/// What the kernel is asked to mount the type as: one driver is for all of ext2, ext3 and ext4, but
/// maps owners under the last name only.
[[nodiscard]] std::string driver_of(std::string_view type);

/// For looking: what an error on the filesystem may do is said here, never by its superblock. A
/// journal is replayed, as at boot: the disk must be one that can be written to. May be empty.
[[nodiscard]] std::string careful_options(std::string_view type);

/// For a disk that is written to: careful, what is freed is discarded, so that the image does not
/// grow by what is no longer in it, and the kernel does no work of its own that writes.
[[nodiscard]] std::string writing_options(std::string_view type);

/// For finding out why the type cannot be mounted: the journal is neither read nor replayed, which
/// goes with reading only. Empty for types that have none.
[[nodiscard]] std::string options_without_log(std::string_view type);

} // namespace retouch::guest
