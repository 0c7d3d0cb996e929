#pragma once
// Job: the orders for one command, as the library writes them and the runner in the appliance reads
// them. Both are always of the same build, so no other reader need understand the form.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

/// Paths of the guest are resolved: no links in them.
struct Job {
    bool writable = false; ///< else every filesystem of the guest is read-only for the command
    bool network = false;
    bool personality_32 = false; ///< uname -m must say i686
    std::uint64_t limit_seconds = 0;
    std::uint64_t output_bound = 0; ///< kept of each stream, from its end
    std::uint64_t memory_bytes = 0; ///< of the command and all it starts, as are the processes
    std::uint64_t processes = 0;
    std::uint64_t open_files = 0; ///< of each process, as is the size of a file
    std::uint64_t file_bytes = 0;
    std::string hostname;
    std::string shell;
    std::string directory;
    std::string script_path;
    std::string script;
    std::string run, proc, dev, sys; ///< where these are mounted while the command runs
    std::string resolver;            ///< what name servers are put over; empty for nothing
    std::string services;            ///< what `policy` is put over; empty for nothing
    std::string policy;
    /// Where these stand as files while the command runs, instead of over what is there; empty for
    /// nowhere.
    std::string resolver_file, services_file, dpkg_file, initramfs_file;
    std::string dpkg, initramfs;          ///< the contents of the last two
    std::vector<std::string> filters;     ///< seccomp programs, in the order to install them
    std::vector<std::string> forbidden;   ///< ADDRESS/BITS no command may reach
    std::vector<std::string> environment; ///< NAME=VALUE
};

[[nodiscard]] std::string write_job(const Job &job);

/// Words that are missing leave their member as it was.
[[nodiscard]] Job read_job(std::string_view text);

} // namespace retouch::guest
