#pragma once
// Block device: how qemu-storage-daemon is told of a disk, as words and surroundings of its command
// line. It starts nothing. Everything is JSON, so no name can smuggle in an option.

#include "retouch/store.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace retouch::store {

/// The value of --blockdev; the node is called "disk". `overlay`: an empty qcow2 file that takes
/// what is written, over a disk that is read-only; none when it is empty.
[[nodiscard]] std::string block_device(const Disk &disk, const std::filesystem::path &overlay = {});

/// The environment the daemon needs for it; nullopt: ours as it is. A keyring is named there.
[[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>>
block_device_environment(const Disk &disk);

/// The disk's name for people: its path, or "rbd:POOL/IMAGE@SNAPSHOT"; escaped.
[[nodiscard]] std::string disk_name(const Disk &disk);

/// What to do when the daemon cannot open the disk and says `said`; may be empty.
[[nodiscard]] std::string open_hint(const Disk &disk, const std::string &said);

} // namespace retouch::store
