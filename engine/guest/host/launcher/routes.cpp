// A request is built by appending to one buffer and answered before the next is sent.

#include "guest/host/launcher/routes.hpp"

#include "guest/host/launch_orders.hpp"
#include "guest/host/launcher/failure.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr std::uint16_t k_name_port = 53;

/// Begins with a header; `Body` is what the kernel expects after it.
template<typename Body>
class Request {
  public:
    Request(std::uint16_t type, std::uint16_t flags, const Body &body) {
        header_.nlmsg_type = type;
        header_.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
        std::memcpy(bytes_.data() + NLMSG_HDRLEN, &body, sizeof body);
    }

    template<typename Value>
    void add(std::uint16_t type, const Value &value) {
        const rtattr attribute{static_cast<std::uint16_t>(RTA_LENGTH(sizeof value)), type};
        std::memcpy(bytes_.data() + length_, &attribute, sizeof attribute);
        std::memcpy(bytes_.data() + length_ + RTA_LENGTH(0), &value, sizeof value);
        length_ += RTA_SPACE(sizeof value);
    }

    bool send(int socket_fd) {
        header_.nlmsg_len = static_cast<std::uint32_t>(length_);
        std::memcpy(bytes_.data(), &header_, sizeof header_);
        return ::send(socket_fd, bytes_.data(), length_, 0) == static_cast<ssize_t>(length_);
    }

  private:
    nlmsghdr header_{};
    std::array<char, 256> bytes_{};
    std::size_t length_ = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(Body));
};

int open_netlink() {
    const int socket_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (socket_fd < 0)
        fail("open a netlink socket");
    return socket_fd;
}

/// A kernel that does not know the family has no such addresses either.
template<typename Body>
void ask(int socket_fd, Request<Body> request, const char *doing) {
    struct {
        nlmsghdr header;
        nlmsgerr error;
    } answer{};

    if (!request.send(socket_fd) || recv(socket_fd, &answer, sizeof answer, 0) <= 0)
        fail(doing);
    errno = -answer.error.error;
    if (errno != 0 && errno != EEXIST && errno != EAFNOSUPPORT && errno != EOPNOTSUPP)
        fail(doing);
}

void make_unreachable(int socket_fd, unsigned char family, const AddressRange &range) {
    rtmsg body{};
    body.rtm_family = family;
    body.rtm_dst_len = range.bits;
    body.rtm_table = RT_TABLE_MAIN;
    body.rtm_protocol = RTPROT_STATIC;
    body.rtm_scope = RT_SCOPE_UNIVERSE;
    body.rtm_type = RTN_UNREACHABLE;
    Request<rtmsg> request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_ACK, body);
    if (family == AF_INET)
        request.add(RTA_DST, range.address);
    request.add(RTA_PRIORITY, std::uint32_t{1});
    ask(socket_fd, request, "close a route to this host");
}

fib_rule_hdr rule_to(const AddressRange &range, unsigned char action) {
    fib_rule_hdr body{};
    body.family = AF_INET;
    body.dst_len = range.bits;
    body.action = action;
    return body;
}

/// slirp4netns passes everything for its name server on to the host's, which may well be the host
/// itself: so only questions for names may go there, and nothing to the rest of that network.
void guard_inner_network(int socket_fd, const InnerNetwork &inner) {
    const AddressRange server = range_of(inner.name_server);
    std::uint32_t priority = 100;
    for (const int protocol : {IPPROTO_UDP, IPPROTO_TCP}) {
        fib_rule_hdr body = rule_to(server, FR_ACT_TO_TBL);
        body.table = RT_TABLE_MAIN;
        Request<fib_rule_hdr> request(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, body);
        request.add(FRA_DST, server.address);
        request.add(FRA_PRIORITY, priority++);
        request.add(FRA_IP_PROTO, static_cast<std::uint8_t>(protocol));
        request.add(FRA_DPORT_RANGE, fib_rule_port_range{k_name_port, k_name_port});
        ask(socket_fd, request, "let questions for names pass");
    }
    const AddressRange network = {server.address & htonl(~0U << (32 - inner.bits)), inner.bits};
    Request<fib_rule_hdr> request(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK,
                                  rule_to(network, FR_ACT_UNREACHABLE));
    request.add(FRA_DST, network.address);
    request.add(FRA_PRIORITY, priority);
    ask(socket_fd, request, "close the network in between");
}

} // namespace

void close_routes(const std::vector<AddressRange> &ranges, const InnerNetwork &inner) {
    const int socket_fd = open_netlink();
    for (const AddressRange &range : ranges)
        make_unreachable(socket_fd, AF_INET, range);
    for (const AddressRange &range : {range_of("169.254.0.0/16"), range_of("168.63.129.16"),
                                      range_of("100.100.100.200"), range_of("192.0.0.192")})
        make_unreachable(socket_fd, AF_INET, range);
    make_unreachable(socket_fd, AF_INET6, {0, 0});
    guard_inner_network(socket_fd, inner);
    close(socket_fd);
}

/// Said to be at the link, so that the way to it, which is closed to others, is not looked up.
void route_outwards(const char *router, unsigned interface) {
    rtmsg body{};
    body.rtm_family = AF_INET;
    body.rtm_table = RT_TABLE_MAIN;
    body.rtm_protocol = RTPROT_STATIC;
    body.rtm_scope = RT_SCOPE_UNIVERSE;
    body.rtm_type = RTN_UNICAST;
    body.rtm_flags = RTNH_F_ONLINK;
    Request<rtmsg> request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, body);
    request.add(RTA_GATEWAY, range_of(router).address);
    request.add(RTA_OIF, interface);
    const int socket_fd = open_netlink();
    ask(socket_fd, request, "make a route outwards");
    close(socket_fd);
}

bool bring_loopback_up() {
    const int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    const bool up = socket_fd >= 0 && ioctl(socket_fd, SIOCSIFFLAGS, &request) == 0;
    close(socket_fd);
    return up;
}

} // namespace retouch::guest
