#include "guest/appliance/runner/outward_network.hpp"

#include "guest/appliance/job.hpp"
#include "guest/host/launcher/failure.hpp"
#include "guest/host/launcher/routes.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

/// As libguestfs tells qemu: addresses of 169.254.0.0/16, names at the third.
constexpr InnerNetwork k_machine_network = {"169.254.2.3", 16};

/// qemu answers for the host in IPv6, too, and a network without it is complete.
void do_without_ipv6() {
    const int file = open("/proc/sys/net/ipv6/conf/all/disable_ipv6", O_WRONLY | O_CLOEXEC);
    const bool done = file < 0 ? errno == ENOENT : write(file, "1", 1) == 1;
    if (!done)
        fail("turn IPv6 off");
    if (file >= 0)
        close(file);
}

} // namespace

void leave_out_host(const Job &job) {
    std::vector<AddressRange> ranges;
    for (const std::string &range : job.forbidden)
        ranges.push_back(range_of(range));
    do_without_ipv6();
    close_routes(ranges, k_machine_network);
}

} // namespace retouch::guest
