#pragma once
// Starting a machine of ours: from a saved one where there is a place to keep it, else by booting.

#include "guest/machine/machine.hpp"
#include "guest/machine/machine_cache.hpp"
#include "guest/machine/machine_kind.hpp"

#include <filesystem>
#include <memory>

namespace retouch::guest {

/// What a machine gets of this host.
struct MachineMeans {
    std::filesystem::path disk; ///< as MachineStart::disk
    int network = -1;           ///< as MachineStart::network
};

/// One that has `means`, numbers of its own and the time of now, and waits to be told to open its
/// disk. `directory`: for temporary files. Throws Error: unavailable when it cannot be started,
/// interrupted.
[[nodiscard]] std::unique_ptr<Machine> start_machine(const MachineKind &kind,
                                                     const MachineMeans &means,
                                                     const std::filesystem::path &directory);

/// Makes the saved machine that others go on from, where there is none yet. Throws Error:
/// unavailable, with what to install, when there can be no machine here.
void prepare_machine();

/// Boots one without a disk and writes its memory and devices. Requires: the initrd of `saved` is
/// there. Throws Error.
void save_machine(const MachineKind &kind, const SavedMachine &saved,
                  const std::filesystem::path &directory);

} // namespace retouch::guest
