#include "guest/host/launcher/limits.hpp"

#include "guest/host/launch_orders.hpp"
#include "guest/host/launcher/failure.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

struct Limit {
    int what;
    rlim_t soft, hard;
};

} // namespace

void enter_group(const LaunchOrders &orders) {
    if (orders.group.empty())
        return;
    const int file = open((orders.group + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, "0", 1) != 1) // 0 is the process that writes
        fail("enter the control group of the command");
    close(file);
}

/// Programs that walk all descriptors, and old ones that use select, want the usual soft limit.
void set_limits(const LaunchOrders &orders) {
    constexpr rlim_t usual_files = 1024;
    constexpr rlim_t usual_locked = rlim_t{8} << 20;
    const std::array limits = {
        Limit{RLIMIT_DATA, orders.memory_bytes, orders.memory_bytes},
        Limit{RLIMIT_NPROC, orders.processes, orders.processes},
        Limit{RLIMIT_NOFILE, std::min<rlim_t>(usual_files, orders.open_files), orders.open_files},
        Limit{RLIMIT_FSIZE, orders.file_bytes, orders.file_bytes},
        Limit{RLIMIT_MEMLOCK, usual_locked, usual_locked},
        Limit{RLIMIT_CORE, 1, 1}, // at 0 the kernel would still start the host's handler of cores
    };
    for (const Limit &limit : limits) {
        const auto what = static_cast<__rlimit_resource_t>(limit.what);
        rlimit ours{};
        getrlimit(what, &ours);
        const rlim_t hard = std::min(limit.hard, ours.rlim_max); // what is ours cannot be widened
        const rlimit value{std::min(limit.soft, hard), hard};
        if (setrlimit(what, &value) != 0)
            fail("set the limits of the command");
    }
}

} // namespace retouch::guest
