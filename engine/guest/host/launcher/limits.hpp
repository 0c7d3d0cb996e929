#pragma once

// The limits of one command: its control group where there is one, and the kernel's limits for
// processes, which hold in any case.

namespace retouch::guest {

struct LaunchOrders;

/// Moves this process into the group. Fails as fail() does.
void enter_group(const LaunchOrders &orders);

/// Sets the limits of this process and of all it starts. Fails as fail() does.
void set_limits(const LaunchOrders &orders);

} // namespace retouch::guest
