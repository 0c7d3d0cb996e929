#pragma once
// A kernel of this host's packages for a machine of our own, and its modules. Nothing of it is the
// kernel that runs here, though it may be the same file.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace retouch::guest {

struct Kernel {
    std::string version;           ///< "6.1.0-26-amd64"
    std::filesystem::path image;   ///< /boot/vmlinuz-VERSION
    std::filesystem::path modules; ///< /lib/modules/VERSION
};

/// The newest that can be read and has modules; nullopt when there is none. Throws Error when the
/// directories cannot be read.
[[nodiscard]] std::optional<Kernel>
find_kernel(const std::filesystem::path &boot = "/boot",
            const std::filesystem::path &modules = "/lib/modules");

struct KernelModule {
    std::string name; ///< "virtio_blk"
    std::string bytes;
};

/// The modules of these names and all they need, in the order in which they can be loaded, not
/// compressed. What is built into the kernel is left out, and so are `wished` ones it does not
/// have. Throws Error, unavailable, for one that is `required` and not there, or one whose packing
/// no program here can undo.
[[nodiscard]] std::vector<KernelModule> read_modules(const Kernel &kernel,
                                                     const std::vector<std::string> &required,
                                                     const std::vector<std::string> &wished = {});

} // namespace retouch::guest
