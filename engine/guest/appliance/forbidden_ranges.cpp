#include "guest/appliance/forbidden_ranges.hpp"

#include "base/file.hpp"
#include "guest/sandbox/own_addresses.hpp"

#include <cerrno>

namespace retouch::guest {

std::vector<std::string> forbidden_ranges() {
    const auto own = own_addresses();
    if (!own)
        throw base::system_error("read", "the addresses of this host", errno);
    std::vector<std::string> found;
    for (const AddressRange &range : *own)
        found.push_back(range_text(range));
    return found;
}

} // namespace retouch::guest
