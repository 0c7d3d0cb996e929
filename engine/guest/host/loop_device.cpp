// LOOP_CTL_ADD and LOOP_CONFIGURE, the one call that sets everything at once and with
// autoclear, so that there is no moment in which a death would leave the device behind.

#include "guest/host/loop_device.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr int k_tries = 100;
/// grub-mkconfig takes /dev/loop0 to /dev/loop9 for files of the host it runs on, and looks for
/// them.
constexpr int k_first_number = 10;
constexpr std::uint64_t k_sector = 512;
constexpr int k_sectors_written_word = 7;

std::filesystem::path kernel_file(const std::filesystem::path &device, std::string_view name) {
    return std::filesystem::path("/sys/block") / device.filename() / name;
}

/// Since the host was started.
std::uint64_t all_bytes_written(const std::filesystem::path &device) {
    const std::filesystem::path path = kernel_file(device, "stat");
    std::ifstream words(path);
    std::uint64_t sectors = 0;
    for (int word = 0; word < k_sectors_written_word; ++word)
        words >> sectors;
    if (!words)
        throw base::system_error("read", path, errno == 0 ? EIO : errno);
    return sectors * k_sector;
}

/// An administrator may have turned it off.
void have_it_counted(const std::filesystem::path &device) {
    const std::filesystem::path path = kernel_file(device, "queue/iostats");
    char now = 0;
    if (std::ifstream(path) >> now && now == '0')
        base::write_all(base::open_file(path, O_WRONLY).get(), "1", path);
}

/// The one of that number, which is made when it is not there yet; else any that is free.
int device_number(int control, int wanted) {
    const bool is_there = ioctl(control, LOOP_CTL_ADD, wanted) >= 0 || errno == EEXIST;
    if (is_there && access(fmt::format("/dev/loop{}", wanted).c_str(), F_OK) == 0)
        return wanted;
    const int number = ioctl(control, LOOP_CTL_GET_FREE);
    if (number < 0)
        throw base::system_error("get a loop device from", "/dev/loop-control", errno);
    return number;
}

} // namespace

LoopDevice::LoopDevice(const std::filesystem::path &file, std::uint64_t offset,
                       std::uint64_t size) {
    const base::UniqueFd backing = base::open_file(file, O_RDWR);
    const base::UniqueFd control = base::open_file("/dev/loop-control", O_RDWR);
    loop_config config{};
    config.fd = static_cast<__u32>(backing.get());
    config.info.lo_offset = offset;
    config.info.lo_sizelimit = size;
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    for (int tries = 0; tries < k_tries; ++tries) {
        path_ = fmt::format("/dev/loop{}", device_number(control.get(), k_first_number + tries));
        base::UniqueFd device = base::open_file(path_, O_RDWR);
        if (ioctl(device.get(), LOOP_CONFIGURE, &config) == 0) {
            device_ = std::move(device);
            have_it_counted(path_);
            earlier_ = all_bytes_written(path_);
            return;
        }
        // EBUSY: another process was quicker to take the free one.
        if (errno != EBUSY)
            throw base::system_error("set up the loop device", path_, errno);
    }
    throw Error(ErrorKind::temporary, "no loop device could be had", "try again");
}

LoopDevice::~LoopDevice() {
    if (device_)
        ioctl(device_.get(), LOOP_CLR_FD);
}

std::uint64_t LoopDevice::bytes_written() const {
    return device_ ? all_bytes_written(path_) - earlier_ : written_;
}

void LoopDevice::finish() {
    if (fsync(device_.get()) != 0)
        throw base::system_error("write the image through", path_, errno);
    written_ = bytes_written();
    if (ioctl(device_.get(), LOOP_CLR_FD) != 0)
        throw base::system_error("detach", path_, errno);
    device_.reset();
}

} // namespace retouch::guest
