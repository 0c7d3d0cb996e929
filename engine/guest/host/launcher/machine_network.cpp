// Commands share this network namespace: it belongs to root of the machine, and in it they may
// change nothing.

#include "guest/host/launcher/machine_network.hpp"

#include "guest/host/launch_orders.hpp"
#include "guest/host/launcher/failure.hpp"
#include "guest/host/launcher/routes.hpp"
#include "guest/mount_words.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <fcntl.h>
#include <linux/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr const char *k_card = "eth0";
/// Whoever asks whether somebody answers (ping) needs no raw sockets.
constexpr const char *k_echo_groups = "/proc/sys/net/ipv4/ping_group_range";

sockaddr inet(const char *address) {
    sockaddr_in wanted{};
    wanted.sin_family = AF_INET;
    inet_pton(AF_INET, address, &wanted.sin_addr);
    sockaddr form{};
    std::memcpy(&form, &wanted, sizeof form);
    return form;
}

ifreq card() {
    ifreq request{};
    std::strcpy(request.ifr_name, k_card);
    return request;
}

bool set_address(int socket_fd, unsigned long what, const char *address) {
    ifreq request = card();
    request.ifr_addr = inet(address);
    return ioctl(socket_fd, what, &request) == 0;
}

bool set_packet_bytes(int socket_fd) {
    ifreq request = card();
    request.ifr_mtu = k_inner_packet_bytes;
    return ioctl(socket_fd, SIOCSIFMTU, &request) == 0;
}

/// 0 when there is none.
unsigned card_index(int socket_fd) {
    ifreq request = card();
    return ioctl(socket_fd, SIOCGIFINDEX, &request) == 0
               ? static_cast<unsigned>(request.ifr_ifindex)
               : 0;
}

bool bring_up(int socket_fd) {
    ifreq request = card();
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    return ioctl(socket_fd, SIOCSIFFLAGS, &request) == 0;
}

bool allow_echo() {
    constexpr std::string_view all = "0 2147483647\n";
    const int file = open(k_echo_groups, O_WRONLY | O_CLOEXEC);
    const bool done = file >= 0 && write(file, all.data(), all.size()) > 0;
    close(file);
    return done;
}

} // namespace

void join_machine_network(const LaunchOrders &orders) {
    const int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool joined = bring_loopback_up() && set_packet_bytes(socket_fd) &&
                        set_address(socket_fd, SIOCSIFADDR, k_inner_address) &&
                        set_address(socket_fd, SIOCSIFNETMASK, k_inner_mask) && allow_echo();
    if (!joined)
        fail("give this machine its network");
    std::vector<AddressRange> ranges;
    for (const std::string &range : split_words(orders.forbidden, "\n"))
        ranges.push_back(range_of(range));
    close_routes(ranges, {k_name_server, 24});
    if (!bring_up(socket_fd))
        fail("connect this machine");
    route_outwards(k_inner_router, card_index(socket_fd));
    close(socket_fd);
}

} // namespace retouch::guest
