#pragma once

// The network of the machine this runs in: slirp4netns is outside of it, at the other end of its
// only network card.

namespace retouch::guest {

struct LaunchOrders;

/// Gives the card its address and its routes, none to what the orders forbid. May be done again.
/// Fails as fail() does.
void join_machine_network(const LaunchOrders &orders);

} // namespace retouch::guest
