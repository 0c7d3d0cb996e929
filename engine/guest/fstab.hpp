#pragma once
// Reading a guest's /etc/fstab: which of its lines a machine that boots from the image follows by
// itself. Plain values; what the lines name is looked for by others.

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

struct FstabEntry {
    std::string device;               ///< as written: /dev/sda1, UUID=..., LABEL=...
    std::string path;                 ///< normal and absolute
    std::vector<std::string> types;   ///< as written; "auto" may be among them
    std::vector<std::string> options; ///< as written
    bool dispensable = false;         ///< the machine boots without it, too: nofail or _netdev
};

constexpr std::size_t k_largest_fstab = std::size_t{64} * 1024;

/// The lines for filesystems of disks, shortest path first; "/" may be among them. Passed over:
/// what is mounted only when asked for (noauto), swap, bind mounts, filesystems of the network and
/// those the kernel makes up. Throws Error: refused when the untrusted text is too long, or says
/// something that cannot be followed.
[[nodiscard]] std::vector<FstabEntry> read_fstab(std::string_view text);

/// What a machine mounts at each boot over the files that are there, and does not do without: from
/// disks, from another directory, or from the network. Memory is not among them: what a recipe puts
/// into /tmp is meant for its own commands. Nothing is refused.
[[nodiscard]] std::vector<FstabEntry> covering_entries(std::string_view text);

/// Every place a line says something of, those passed over above included.
[[nodiscard]] std::set<std::string> mentioned_places(std::string_view text);

} // namespace retouch::guest
