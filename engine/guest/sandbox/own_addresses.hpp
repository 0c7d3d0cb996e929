#pragma once
// Own addresses: what the network namespace of this process takes for itself, and so what commands
// of guests may not reach. Both guests ask here; no exceptions, for the launcher is without.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace retouch::guest {

/// IPv4, in network byte order.
struct AddressRange {
    std::uint32_t address = 0;
    unsigned char bits = 32;

    friend bool operator==(const AddressRange &, const AddressRange &) = default;
};

/// "10.0.0.0/8", and back. What is no such text is 0.0.0.0/32: nobody's.
[[nodiscard]] std::string range_text(const AddressRange &range);
[[nodiscard]] AddressRange range_of(const std::string &text);

/// The destinations of all local routes (rtnetlink(7), RTN_LOCAL), 127.0.0.0/8 left out: addresses
/// of interfaces, and ranges that somebody made local, as for anycast and load balancers. Nothing
/// with errno when the kernel does not tell.
[[nodiscard]] std::optional<std::vector<AddressRange>> own_addresses();

} // namespace retouch::guest
