#pragma once
// The network namespace of one command: nothing but its own loopback, or, when it may reach
// outwards, slirp4netns and routes that leave out the host itself. In a machine that has a network
// of its own, commands that may reach outwards have that.

#include "guest/host/launcher/routes.hpp"

#include <string>
#include <vector>

namespace retouch::guest {

struct LaunchOrders;

/// Made while this process still has the rights and the mounts for it. slirp4netns ends with this
/// process, and with the library's.
class OutwardNetwork {
  public:
    /// Fails as fail() does. Nothing is started when the orders ask for no network.
    explicit OutwardNetwork(const LaunchOrders &orders);

    /// Requires: this process is in its user namespace. Gives it a network namespace and connects
    /// it. Fails as fail() does.
    void connect() const;

  private:
    void wait_for_slirp() const;
    [[nodiscard]] std::string complaint(bool ended) const;

    bool wanted_ = false;
    bool joined_ = false;
    int go_ = -1;                             ///< a byte lets it begin
    int ready_ = -1;                          ///< a byte says that the network is there
    int words_ = -1;                          ///< what it says
    std::vector<AddressRange> own_addresses_; ///< of the host
};

} // namespace retouch::guest
