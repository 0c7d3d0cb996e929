#pragma once
// LaunchOrders: what the launcher does before it becomes bubblewrap, as the library writes them and
// the launcher reads them. Both are always of the same build, so no other reader need understand
// the form.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

/// Where bubblewrap finds the guest and its devices: in the launcher's own mount namespace, over a
/// directory that everybody may pass and that nothing there needs.
inline constexpr const char *k_own_place = "/sys";
inline constexpr const char *k_mapped_guest = "/sys/guest";
inline constexpr const char *k_own_devices = "/sys/dev";

/// What slirp4netns makes of the network it is given: a range that is nobody's (RFC 2544), so that
/// no server of the user's is hidden behind it.
inline constexpr const char *k_inner_network = "198.18.255.0/24";
inline constexpr const char *k_inner_address = "198.18.255.100";
inline constexpr const char *k_inner_mask = "255.255.255.0";
inline constexpr const char *k_inner_router = "198.18.255.2";
inline constexpr const char *k_name_server = "198.18.255.3";
inline constexpr int k_inner_packet_bytes = 65520; ///< its MTU

/// What the launcher cannot do when its message is about the network.
inline constexpr const char *k_connecting = "connect the network";

/// How its message begins when the guest's shell cannot be executed.
inline constexpr const char *k_starting = "cannot start ";

/// Words hold no NUL.
struct LaunchOrders {
    bool only_try = false; ///< end before bubblewrap, having done all that the kernel may refuse
    bool writable = false; ///< else every filesystem of the guest is read-only
    bool network = false;
    bool joins_network = false;  ///< with `network`: that of this machine, and no slirp4netns
    bool personality_32 = false; ///< uname -m must say i686
    std::uint64_t memory_bytes = 0;
    std::uint64_t processes = 0;
    std::uint64_t open_files = 0;
    std::uint64_t file_bytes = 0;
    std::uint64_t lifeline = 0;         ///< a descriptor for slirp4netns, see lifeline.hpp
    std::uint64_t program = 0;          ///< a descriptor of bubblewrap's program
    std::string root;                   ///< where the guest's root is mounted; empty: nowhere
    std::string group;                  ///< the directory of a control group; empty: none
    std::string slirp;                  ///< the path of slirp4netns
    std::string forbidden;              ///< of a joined network: ranges, a line for each
    std::string disks;                  ///< nodes to be read: a line "NAME MAJOR MINOR" for each
    std::string disk_links;             ///< below /dev: a line "PATH TARGET" for each
    std::vector<std::string> arguments; ///< of bubblewrap, its path first
};

[[nodiscard]] std::string write_orders(const LaunchOrders &orders);
[[nodiscard]] LaunchOrders read_orders(std::string_view text);

} // namespace retouch::guest
