#pragma once
// Machine: one qemu that runs, with a line to the program in it. It is booted, or goes on from
// where a saved one stopped; what is said over the line is the caller's business.

#include "base/process.hpp"
#include "guest/appliance/qemu_monitor.hpp"
#include "guest/machine/channel.hpp"
#include "guest/machine/machine_kind.hpp"

#include <filesystem>
#include <optional>

namespace retouch::guest {

/// What a qemu is started with, beside its kind.
struct MachineStart {
    std::filesystem::path initrd;
    std::filesystem::path disk;   ///< the socket of an NBD export called "disk"; empty: none yet
    std::filesystem::path memory; ///< a file that is its memory; empty: nothing others can see
    bool keeps_memory = false;    ///< what it writes there stays
    int network = -1;             ///< a socket that takes and gives frames; -1: no network
    bool waits = false;           ///< for the state of a saved one, before it does anything
    std::filesystem::path log;    ///< gets what qemu says
};

/// What QemuMonitor knows the disk as.
inline constexpr const char *k_machine_disk_node = "disk";

/// For one thread at a time. It ends with the thread that started it.
class Machine {
  public:
    /// Throws Error: unavailable when it cannot be started.
    Machine(const MachineKind &kind, const MachineStart &start);

    [[nodiscard]] Channel &channel() { return *channel_; }

    [[nodiscard]] QemuMonitor &monitor() { return *monitor_; }

    /// Throws Error: failed when it has ended; where its line has, its own end is waited for.
    void require_running() const;

    /// Ends it at once.
    void end() { process_->stop(std::chrono::milliseconds(0)); }

  private:
    std::filesystem::path log_;
    std::optional<base::ChildProcess> process_;
    std::optional<QemuMonitor> monitor_;
    std::optional<Channel> channel_;
};

} // namespace retouch::guest
