#pragma once
// RunEntry: what a booted machine has below /run, as tmpfiles.d(5) and the units of its services
// say it, and making it where a command runs. Shared with the programs in the sandboxes: plain
// system calls, no exceptions, and every failure is passed over, as at boot.

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace retouch::guest {

struct RunEntry {
    enum class Type { directory, file, link, fifo };

    Type type = Type::directory;
    std::string path; ///< normal, below /run
    mode_t mode = 0755;
    std::string user;     ///< name or number; empty: root
    std::string group;    ///< likewise; empty: the user's when `of_user`, else root
    bool of_user = false; ///< a missing group is the user's first one
    std::string argument; ///< bytes of a file, target of a link

    bool operator==(const RunEntry &) const = default;
};

/// `path` as an entry has it: /var/run is /run. Empty when it is not below /run, not normal, longer
/// than anybody has it, or ours.
[[nodiscard]] std::string place_in_run(std::string_view path);

/// Makes, in this process's root, what the files of the guest there say. Without systemd nothing.
/// Requires: /run is the command's own, and this process its root.
void make_run_entries();

} // namespace retouch::guest
