// The one place that knows which guests there are.

#include "guest/appliance/appliance_guest.hpp"
#include "guest/attended_guest.hpp"
#include "guest/host/host_guest.hpp"
#include "guest/host/host_means.hpp"
#include "guest/means.hpp"

namespace retouch::guest {

void require_means(GuestKind kind, bool network) {
    if (kind == GuestKind::host)
        require_host_means(network);
}

} // namespace retouch::guest

namespace retouch {

std::unique_ptr<Guest> open_guest(const Disk &disk, const GuestOptions &options,
                                  EventSink &events) {
    if (options.kind == GuestKind::host)
        return std::make_unique<guest::AttendedGuest>(
            std::make_unique<guest::HostGuest>(disk, options, events));
    return std::make_unique<guest::AttendedGuest>(
        std::make_unique<guest::ApplianceGuest>(disk, options, events));
}

} // namespace retouch
