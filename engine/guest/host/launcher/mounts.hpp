#pragma once

// The mount namespace bubblewrap starts from: the guest with its owners mapped, and devices of its
// own. It ends with its last process.

namespace retouch::guest {

struct LaunchOrders;

/// Makes k_mapped_guest and k_own_devices in a mount namespace of this process. Fails as fail()
/// does.
void make_mounts(const LaunchOrders &orders, int user_namespace);

} // namespace retouch::guest
