#include "guest/machine/machine_kind.hpp"

#include "base/process.hpp"
#include "guest/appliance/host_memory.hpp"
#include "retouch/error.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fmt/format.h>
#include <thread>

namespace retouch::guest {

namespace {

/// Package managers need some; what is not used is not taken from this host.
constexpr std::uint64_t k_usual_memory = 2048;
constexpr std::uint64_t k_least_memory = 768;
constexpr std::uint64_t k_most_memory = std::uint64_t{1} << 20;
constexpr unsigned k_useful_processors = 4;

std::filesystem::path program(const char *name, const char *package) {
    if (const auto path = base::find_program(name))
        return *path;
    throw Error(ErrorKind::unavailable, fmt::format("{} is not installed", name),
                fmt::format("install the package {}", package));
}

/// Whoever gives libguestfs' appliance more by its environment has that here, too.
std::uint64_t wanted_mebibytes() {
    const char *given = std::getenv("LIBGUESTFS_MEMSIZE");
    const std::string_view text = given == nullptr ? "" : given;
    std::uint64_t mebibytes = 0;
    std::from_chars(text.data(), text.data() + text.size(), mebibytes);
    return std::clamp(mebibytes, k_usual_memory, k_most_memory);
}

Kernel require_kernel() {
    if (auto kernel = find_kernel())
        return *std::move(kernel);
    throw Error(ErrorKind::unavailable,
                "there is no kernel in /boot that this user may read and that has its modules",
                "install a kernel package (linux-image-amd64), or make its file readable");
}

} // namespace

MachineKind machine_kind(bool kvm) {
    MachineKind kind;
    kind.qemu = program("qemu-system-x86_64", "qemu-system-x86");
    kind.programs = {program("bwrap", "bubblewrap"), program("sfdisk", "fdisk"),
                     program("blkid", "util-linux")};
    kind.kernel = require_kernel();
    kind.memory_mebibytes = wanted_mebibytes();
    if (kind.memory_mebibytes == k_usual_memory &&
        available_memory_mebibytes() < 2 * k_usual_memory)
        kind.memory_mebibytes = k_least_memory;
    kind.kvm = kvm;
    // Emulated processors cost more to coordinate than they give.
    if (kvm)
        kind.processors = std::clamp(std::thread::hardware_concurrency(), 1U, k_useful_processors);
    return kind;
}

} // namespace retouch::guest
