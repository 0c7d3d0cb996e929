// The private mount namespace and mount(2), umount2(2) behind RAII.

#include "guest/host/mount.hpp"

#include "base/file.hpp"
#include "base/waiting.hpp"
#include "guest/refusals.hpp"

#include <cassert>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <utility>

namespace retouch::guest {

namespace {

constexpr int k_unmount_tries = 250;
constexpr std::chrono::milliseconds k_unmount_pause{20};

// A namespace belongs to a thread, and entering another one would copy, and so pin, the mounts made
// in the first.
thread_local base::UniqueFd outer_mounts;

/// Making it one from here would be seen outside.
[[noreturn]] void refuse_chroot() {
    throw Error(
        ErrorKind::unavailable,
        "mounts cannot be kept from this host: the root directory, as of a chroot, is not a "
        "mount point",
        "start the chroot in a directory that is one (mount --bind DIR DIR), or use "
        "--guest appliance");
}

} // namespace

void enter_private_mounts() {
    if (outer_mounts)
        return;
    base::UniqueFd outer = base::open_file("/proc/thread-self/ns/mnt", O_RDONLY);
    if (unshare(CLONE_NEWNS) != 0)
        throw Error(ErrorKind::not_authorised,
                    fmt::format("cannot make a private mount namespace: {}", std::strerror(errno)),
                    "run retouch as root, or use --guest appliance");
    if (mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) {
        if (errno == EINVAL) // the root of a chroot need not be a mount point
            refuse_chroot();
        throw Error(ErrorKind::failed,
                    fmt::format("cannot make mounts private: {}", std::strerror(errno)));
    }
    outer_mounts = std::move(outer);
}

int outer_mounts_fd() {
    assert(outer_mounts);
    return outer_mounts.get();
}

Mount::Mount(const std::filesystem::path &source, const std::filesystem::path &target,
             const std::string &filesystem, unsigned long flags, const std::string &options)
    : target_(target) {
    if (mount(source.c_str(), target.c_str(), filesystem.c_str(), flags, options.c_str()) == 0)
        return;
    const int code = errno;
    target_.clear();
    throw refusal::mount_failure(filesystem, code);
}

Mount::~Mount() {
    if (!target_.empty())
        umount2(target_.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
}

Mount::Mount(Mount &&other) noexcept : target_(std::exchange(other.target_, {})) {}

void Mount::unmount() {
    for (int tries = 0; umount2(target_.c_str(), UMOUNT_NOFOLLOW) != 0; ++tries) {
        if (errno != EBUSY || tries == k_unmount_tries)
            throw base::system_error("unmount", target_, errno);
        base::pause_regardless(k_unmount_pause);
    }
    target_.clear();
}

} // namespace retouch::guest
