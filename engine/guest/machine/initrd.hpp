#pragma once
// The first and only filesystem of a machine of ours: the program that serves guests, those it
// runs, the libraries of both, and the kernel's modules.

#include "guest/machine/machine_kind.hpp"

#include <filesystem>
#include <set>
#include <string>

namespace retouch::guest {

struct Initrd {
    std::string bytes;
    std::set<std::filesystem::path> files; ///< of this host, that are in it
};

/// `directory`: for a temporary file. Throws Error: unavailable when something is not there.
[[nodiscard]] Initrd make_initrd(const MachineKind &kind, const std::filesystem::path &directory);

} // namespace retouch::guest
