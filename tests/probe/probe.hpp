#pragma once
// The probe: a static program that runs as a command of a guest and tries every known way out of
// its sandbox. What worked is printed, one line a way; nothing printed is success. A new way out is
// one line in one of the tables. A way that turns out to be open changes nothing: it does what is
// so already.

#include <cerrno>
#include <span>
#include <string>
#include <string_view>

namespace probe {

/// What the test that starts the probe tells it about the host around it.
struct World {
    std::string canary;         ///< stands in the host's environment, keyring, memory and sockets
    std::string port;           ///< of a service on the host's loopback; empty: none
    std::string host_addresses; ///< of the host's interfaces, separated by commas
    bool writable = false;      ///< whether the image may be changed
};

/// True when the way is open; `detail` may say more.
struct Way {
    const char *name;
    bool (*open)(const World &world, std::string &detail);
};

extern const std::span<const Way> k_file_ways;
extern const std::span<const Way> k_device_ways;
extern const std::span<const Way> k_kernel_ways;
extern const std::span<const Way> k_namespace_ways;
extern const std::span<const Way> k_process_ways;
extern const std::span<const Way> k_privilege_ways;
extern const std::span<const Way> k_network_ways;

/// Whether a call got beyond the question of rights: it worked, or failed for another reason.
inline bool beyond_rights(long result) {
    return result >= 0 || (errno != EPERM && errno != EACCES && errno != ENOSYS);
}

/// The first `most` bytes of a file; empty when it cannot be read.
std::string head(const std::string &path, std::size_t most = 65536);

} // namespace probe
