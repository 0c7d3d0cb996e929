// The one place that knows which guests there are.

#include "guest/appliance/appliance_guest.hpp"
#include "guest/attended_guest.hpp"
#include "guest/host/host_guest.hpp"
#include "guest/host/host_means.hpp"
#include "guest/machine/machine_guest.hpp"
#include "guest/means.hpp"

#include <fmt/format.h>

namespace retouch::guest {

void require_means(GuestKind kind, bool network) {
    if (kind == GuestKind::host)
        require_host_means(network);
}

namespace {

/// Ours; nullptr where only libguestfs' appliance may do. Every fault of an image that ours meets
/// is told by that one, which knows more of them.
std::unique_ptr<ServedGuest> open_in_machine(const Disk &disk, const GuestOptions &options,
                                             EventSink &events) {
    try {
        return std::make_unique<MachineGuest>(disk, options, events);
    } catch (const Error &error) {
        const bool is_final =
            error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::temporary;
        if (is_final || options.appliance == ApplianceKind::machine)
            throw;
        events.on({EventKind::notice, "",
                   fmt::format("opened in libguestfs' appliance, which takes some seconds more: {}",
                               error.what()),
                   Json::object()});
        return nullptr;
    }
}

std::unique_ptr<ServedGuest> open_served(const Disk &disk, const GuestOptions &options,
                                         EventSink &events) {
    if (options.kind == GuestKind::host)
        return std::make_unique<HostGuest>(disk, options, events);
    if (options.appliance != ApplianceKind::libguestfs)
        if (auto guest = open_in_machine(disk, options, events))
            return guest;
    return std::make_unique<ApplianceGuest>(disk, options, events);
}

} // namespace

} // namespace retouch::guest

namespace retouch {

std::unique_ptr<Guest> open_guest(const Disk &disk, const GuestOptions &options,
                                  EventSink &events) {
    return std::make_unique<guest::AttendedGuest>(guest::open_served(disk, options, events));
}

} // namespace retouch
