#pragma once
// Routes over netlink: keeping a network namespace from addresses of the host.

#include "guest/sandbox/own_addresses.hpp"

#include <vector>

namespace retouch::guest {

/// The network between a command and the world: only its name server may be asked, for names.
struct InnerNetwork {
    const char *name_server = nullptr;
    unsigned char bits = 24;
};

/// No way from this namespace to `ranges`, to link-local addresses and metadata services of clouds,
/// to any IPv6 address, nor to the network in between but for names. Fails as fail() does. May be
/// done again.
void close_routes(const std::vector<AddressRange> &ranges, const InnerNetwork &inner);

/// All that is not closed goes by `router`, at the link of the interface with this index. Requires:
/// the interface is up. Fails as fail() does. May be done again.
void route_outwards(const char *router, unsigned interface);

/// Brings the loopback interface of this namespace up. False with errno when it cannot.
[[nodiscard]] bool bring_loopback_up();

} // namespace retouch::guest
