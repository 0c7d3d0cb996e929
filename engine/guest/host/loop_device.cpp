// LOOP_CTL_GET_FREE and LOOP_CONFIGURE, the one call that sets everything at once and with
// autoclear, so that there is no moment in which a death would leave the device behind.

#include "guest/host/loop_device.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace retouch {

namespace {

constexpr int k_tries = 100;

} // namespace

LoopDevice::LoopDevice(const std::filesystem::path &file, std::uint64_t offset, std::uint64_t size,
                       bool read_only) {
    const int access = read_only ? O_RDONLY : O_RDWR;
    const UniqueFd backing = open_file(file, access);
    const UniqueFd control = open_file("/dev/loop-control", O_RDWR);
    loop_config config{};
    config.fd = static_cast<__u32>(backing.get());
    config.info.lo_offset = offset;
    config.info.lo_sizelimit = size;
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR | (read_only ? LO_FLAGS_READ_ONLY : 0);
    for (int tries = 0; tries < k_tries; ++tries) {
        const int number = ioctl(control.get(), LOOP_CTL_GET_FREE);
        if (number < 0)
            throw system_error("get a loop device from", "/dev/loop-control", errno);
        path_ = fmt::format("/dev/loop{}", number);
        UniqueFd device = open_file(path_, access);
        if (ioctl(device.get(), LOOP_CONFIGURE, &config) == 0) {
            device_ = std::move(device);
            return;
        }
        // EBUSY: another process was quicker to take the free one.
        if (errno != EBUSY)
            throw system_error("set up the loop device", path_, errno);
    }
    throw Error(ErrorKind::temporary, "no loop device could be had", "try again");
}

LoopDevice::~LoopDevice() {
    if (device_)
        ioctl(device_.get(), LOOP_CLR_FD);
}

void LoopDevice::finish() {
    if (fsync(device_.get()) != 0)
        throw system_error("write the image through", path_, errno);
    if (ioctl(device_.get(), LOOP_CLR_FD) != 0)
        throw system_error("detach", path_, errno);
    device_.reset();
}

} // namespace retouch
