// Ways over sockets: kinds that are no business of a command, and services of the host.

#include "probe.hpp"

#include <arpa/inet.h>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace probe {

namespace {

constexpr int k_patience_milliseconds = 1500;

template<int Family, int Type, int Protocol>
bool opens(const World &, std::string &) {
    return socket(Family, Type | SOCK_CLOEXEC, Protocol) >= 0;
}

bool connects(const sockaddr *address, socklen_t size) {
    const int handle = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (handle < 0)
        return false;
    int result = connect(handle, address, size);
    if (result != 0 && errno == EINPROGRESS) {
        pollfd waiting{handle, POLLOUT, 0};
        socklen_t length = sizeof result;
        if (poll(&waiting, 1, k_patience_milliseconds) == 1)
            getsockopt(handle, SOL_SOCKET, SO_ERROR, &result, &length);
    }
    close(handle);
    return result == 0;
}

bool reaches(const std::string &host, const std::string &port) {
    const auto number = static_cast<in_port_t>(std::strtoul(port.c_str(), nullptr, 10));
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(number);
    if (inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) == 1)
        return connects(reinterpret_cast<sockaddr *>(&six), sizeof six);
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(number);
    return inet_pton(AF_INET, host.c_str(), &four.sin_addr) == 1 &&
           connects(reinterpret_cast<sockaddr *>(&four), sizeof four);
}

bool host_service(const World &world, const std::string &host, std::string &detail) {
    detail = host + " port " + world.port;
    return !world.port.empty() && reaches(host, world.port);
}

bool service_at_own_addresses(const World &world, std::string &detail) {
    for (std::size_t at = 0; at < world.host_addresses.size();) {
        const std::size_t end =
            std::min(world.host_addresses.find(',', at), world.host_addresses.size());
        if (host_service(world, world.host_addresses.substr(at, end - at), detail))
            return true;
        at = end + 1;
    }
    return false;
}

bool abstract_socket(const World &world) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = std::string(1, '\0') + world.canary;
    std::memcpy(address.sun_path, name.data(), name.size());
    return connects(reinterpret_cast<sockaddr *>(&address),
                    static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size()));
}

constexpr Way k_ways[] = {
    {"a socket to the wire", opens<AF_PACKET, SOCK_RAW, 0x0300>},
    {"a socket to the wire, cooked", opens<AF_PACKET, SOCK_DGRAM, 0x0300>},
    {"a socket to the wire, of old", opens<AF_INET, 10, 0x0300>},
    {"a raw socket", opens<AF_INET, SOCK_RAW, IPPROTO_RAW>},
    {"a raw socket of ICMP", opens<AF_INET, SOCK_RAW, IPPROTO_ICMP>},
    {"a raw socket of TCP", opens<AF_INET, SOCK_RAW, IPPROTO_TCP>},
    {"a raw socket of IPv6", opens<AF_INET6, SOCK_RAW, IPPROTO_ICMPV6>},
    {"a socket to the hypervisor", opens<AF_VSOCK, SOCK_STREAM, 0>},
    {"datagrams to the hypervisor", opens<AF_VSOCK, SOCK_DGRAM, 0>},
    {"a socket of the kernel's ciphers", opens<AF_ALG, SOCK_SEQPACKET, 0>},
    {"a socket of Bluetooth", opens<AF_BLUETOOTH, SOCK_RAW, 1>},
    {"a socket of the CAN bus", opens<AF_CAN, SOCK_RAW, 1>},
    {"a socket of near fields", opens<39 /* NFC */, SOCK_SEQPACKET, 0>},
    {"a socket of TIPC", opens<AF_TIPC, SOCK_RDM, 0>},
    {"a socket of RDS", opens<21, SOCK_SEQPACKET, 0>},
    {"a socket of XDP", opens<AF_XDP, SOCK_RAW, 0>},
    {"a socket of key management", opens<AF_KEY, SOCK_RAW, 2>},
    {"a socket of kernel connections", opens<AF_KCM, SOCK_DGRAM, 0>},
    {"a socket of shared memory", opens<43 /* SMC */, SOCK_STREAM, 0>},
    {"a socket of the modem", opens<42 /* QIPCRTR */, SOCK_DGRAM, 0>},
    {"a socket of AppleTalk", opens<AF_APPLETALK, SOCK_DGRAM, 0>},
    {"a socket of IPX", opens<AF_IPX, SOCK_DGRAM, 0>},
    {"a socket of X.25", opens<AF_X25, SOCK_SEQPACKET, 0>},
    {"a socket of amateur radio", opens<AF_AX25, SOCK_DGRAM, 0>},
    {"a socket of PPP", opens<AF_PPPOX, SOCK_STREAM, 0>},
    {"a socket of LLC", opens<AF_LLC, SOCK_DGRAM, 0>},
    {"a socket of ISDN", opens<AF_ISDN, SOCK_RAW, 0>},
    {"a socket of IEEE 802.15.4", opens<AF_IEEE802154, SOCK_DGRAM, 0>},
    {"a socket of ATM", opens<AF_ATMPVC, SOCK_DGRAM, 0>},
    {"the kernel's audit", opens<AF_NETLINK, SOCK_RAW, 9>},
    {"the kernel's events of devices", opens<AF_NETLINK, SOCK_RAW, 15>},
    {"the kernel's packet filter", opens<AF_NETLINK, SOCK_RAW, 12>},
    {"the kernel's transforms", opens<AF_NETLINK, SOCK_RAW, 6>},
    {"the kernel's table of sockets", opens<AF_NETLINK, SOCK_RAW, 4>},
    {"the kernel's SCSI transport", opens<AF_NETLINK, SOCK_RAW, 18>},
    {"the kernel's generic messages", opens<AF_NETLINK, SOCK_RAW, 16>},
    {"the kernel's connector", opens<AF_NETLINK, SOCK_RAW, 11>},
    {"a pair of sockets to the hypervisor",
     [](const World &, std::string &) {
         std::array<int, 2> ends{};
         return socketpair(AF_VSOCK, SOCK_STREAM, 0, ends.data()) == 0;
     }},
    {"a service on this loopback",
     [](const World &world, std::string &detail) {
         return host_service(world, "127.0.0.1", detail);
     }},
    {"a service on another loopback address",
     [](const World &world, std::string &detail) {
         return host_service(world, "127.0.0.53", detail);
     }},
    {"a service on this IPv6 loopback",
     [](const World &world, std::string &detail) { return host_service(world, "::1", detail); }},
    {"a service at any address",
     [](const World &world, std::string &detail) {
         return host_service(world, "0.0.0.0", detail);
     }},
    {"a service at the gateway of slirp",
     [](const World &world, std::string &detail) {
         return host_service(world, "10.0.2.2", detail);
     }},
    {"a service at the name server of slirp",
     [](const World &world, std::string &detail) {
         return host_service(world, "10.0.2.3", detail);
     }},
    {"a service at the gateway of the appliance",
     [](const World &world, std::string &detail) {
         return host_service(world, "169.254.2.2", detail);
     }},
    {"a service at the name server of the appliance",
     [](const World &world, std::string &detail) {
         return host_service(world, "169.254.2.3", detail);
     }},
    {"a service at the IPv6 gateway of slirp",
     [](const World &world, std::string &detail) {
         return host_service(world, "fd00::2", detail);
     }},
    {"a service at the IPv6 gateway of the appliance",
     [](const World &world, std::string &detail) {
         return host_service(world, "fec0::2", detail);
     }},
    {"a service at an address of the host", service_at_own_addresses},
    {"the host's own metadata",
     [](const World &, std::string &) { return reaches("169.254.169.254", "80"); }},
    {"an abstract socket of the host",
     [](const World &world, std::string &) { return abstract_socket(world); }},
    {"interfaces of the host",
     [](const World &world, std::string &detail) {
         DIR *entries = opendir("/sys/class/net");
         bool found = false;
         for (dirent *entry = entries == nullptr ? nullptr : readdir(entries);
              entry != nullptr && !found; entry = readdir(entries)) {
             detail = entry->d_name;
             found = !world.host_addresses.empty() && detail[0] != '.' && detail != "lo" &&
                     detail != "tap0" && detail != "eth0";
         }
         return found;
     }},
};

} // namespace

constexpr std::span<const Way> k_network_ways{k_ways};

} // namespace probe
