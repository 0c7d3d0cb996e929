// The one place that knows which guests there are.

#include "guest/host/host_guest.hpp"
#include "retouch/error.hpp"

namespace retouch {

std::unique_ptr<Guest> open_guest(const Disk &disk, const GuestOptions &options,
                                  EventSink &events) {
    if (options.kind == GuestKind::host)
        return std::make_unique<HostGuest>(disk, options, events);
    throw Error(ErrorKind::unavailable, "the appliance guest is not built in", "use --guest host");
}

} // namespace retouch
