// The one place that knows which guests there are.

#include "guest/appliance/appliance_guest.hpp"
#include "guest/attended_guest.hpp"
#include "guest/host/host_guest.hpp"
#include "guest/host/host_means.hpp"
#include "guest/means.hpp"

namespace retouch {

void require_means(GuestKind kind, bool network) {
    if (kind == GuestKind::host)
        require_host_means(network);
}

std::unique_ptr<Guest> open_guest(const Disk &disk, const GuestOptions &options,
                                  EventSink &events) {
    if (options.kind == GuestKind::host)
        return std::make_unique<AttendedGuest>(std::make_unique<HostGuest>(disk, options, events));
    return std::make_unique<AttendedGuest>(std::make_unique<ApplianceGuest>(disk, options, events));
}

} // namespace retouch
