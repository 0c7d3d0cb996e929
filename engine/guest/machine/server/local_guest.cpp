#include "guest/machine/server/local_guest.hpp"

#include "guest/host/partitions.hpp"
#include "guest/machine/machine_paths.hpp"
#include "guest/machine/server/partition.hpp"
#include "guest/machine/server/system.hpp"

#include <cerrno>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

namespace retouch::guest {

namespace {

std::uint64_t size_of_disk() {
    std::uint64_t size = 0;
    const base::UniqueFd disk = base::open_file(k_machine_disk, O_RDONLY);
    if (ioctl(disk.get(), BLKGETSIZE64, &size) != 0)
        throw base::system_error("look at", k_machine_disk, errno);
    return size;
}

} // namespace

LocalGuest::LocalGuest(bool read_only, const CommandLimits &limits, EventSink &events)
    : MountedGuest(limits) {
    load_modules(k_machine_disk_modules);
    await_device(k_machine_disk);
    const MountedVolumes::Means means{
        [](const Volume &volume) { return std::make_unique<Partition>(volume); }, [] {}};
    open(k_machine_guest, read_only, means, read_volumes(k_machine_disk, size_of_disk()),
         k_machine_disk, events);
}

} // namespace retouch::guest
