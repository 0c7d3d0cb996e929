#pragma once
// Reading a guest's /etc/fstab: which of its lines a machine that boots from the image follows by
// itself. Plain values; what the lines name is looked for by others.

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace retouch {

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

/// Of those passed over: what a machine mounts at each boot from another directory, or from the
/// network without doing without. Memory is not among them: what a recipe puts into /tmp is meant
/// for its own commands.
[[nodiscard]] std::vector<FstabEntry> entries_from_elsewhere(std::string_view text);

/// Every place a line says something of, those passed over above included.
[[nodiscard]] std::set<std::string> mentioned_places(std::string_view text);

} // namespace retouch
