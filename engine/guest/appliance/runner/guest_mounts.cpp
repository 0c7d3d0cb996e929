// The kernel maps the owners of a whole copy or of nothing, so which filesystem it could not do is
// asked afterwards.

#include "guest/appliance/runner/guest_mounts.hpp"

#include "guest/appliance/runner/whole_file.hpp"
#include "guest/mount_words.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

int copy_of(const char *point, unsigned more_flags) {
    return static_cast<int>(
        syscall(SYS_open_tree, AT_FDCWD, point, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | more_flags));
}

bool set_attributes(int copy, const Job &job, int user_namespace, unsigned more_flags) {
    mount_attr wanted{};
    wanted.attr_set = MOUNT_ATTR_IDMAP | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    wanted.userns_fd = static_cast<std::uint64_t>(user_namespace);
    if (!job.writable)
        wanted.attr_set |= MOUNT_ATTR_RDONLY;
    return syscall(SYS_mount_setattr, copy, "", AT_EMPTY_PATH | more_flags, &wanted,
                   sizeof wanted) == 0;
}

/// The first of the guest's mounts that cannot be mapped, as "TYPE POINT"; empty when each can.
std::string unmappable(const Job &job, int user_namespace) {
    for (const GuestPoint &point : guest_points()) {
        const int copy = copy_of(point.path.c_str(), 0);
        const bool mapped = copy >= 0 && set_attributes(copy, job, user_namespace, 0);
        close(copy);
        if (!mapped)
            return point.type + " " +
                   (point.path == k_guest_root ? "/"
                                               : point.path.substr(std::strlen(k_guest_root)));
    }
    return {};
}

std::string failure(const char *what) {
    return std::string("failed start\ndetail ") + what + ": " + std::strerror(errno) + "\n";
}

/// Goes to the root of the mount namespace, whatever the root of this process is: the directory
/// that `below`, a directory under that root, cannot keep it from.
bool climb(const char *below) {
    constexpr int levels = 16; // the appliance's root is itself one or two below the namespace's
    if (chdir("/") != 0 || chroot(below) != 0)
        return false;
    for (int level = 0; level < levels; ++level)
        if (chdir("..") != 0)
            return false;
    return true;
}

/// The root of the mount namespace, this process's own root staying what it is.
int open_top() {
    const int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    const int top = climb(k_guest_root) ? open(".", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    const bool back = fchdir(root) == 0 && chroot(".") == 0;
    close(root);
    return back ? top : -1;
}

} // namespace

std::vector<GuestPoint> guest_points() {
    const std::string mounts = read_whole("/proc/mounts");
    std::vector<GuestPoint> points;
    for (std::size_t at = 0; at < mounts.size();) {
        const std::size_t end = std::min(mounts.find('\n', at), mounts.size());
        const std::string line = mounts.substr(at, end - at);
        at = end + 1;
        const std::size_t point = line.find(' ') + 1;
        const std::size_t type = line.find(' ', point) + 1;
        const std::string path = unescape_mount_word(line.substr(point, type - 1 - point));
        if (path == k_guest_root || path.rfind(std::string(k_guest_root) + "/", 0) == 0)
            points.push_back({path, line.substr(type, line.find(' ', type) - type),
                              unescape_mount_word(line.substr(0, point - 1))});
    }
    return points;
}

std::string GuestMounts::put(const Job &job, int user_namespace) {
    copy_ = copy_of(k_guest_root, AT_RECURSIVE);
    if (copy_ < 0)
        return failure("copy the guest's mounts");
    if (!set_attributes(copy_, job, user_namespace, AT_RECURSIVE)) {
        const int code = errno;
        return "failed owners\ncode " + std::to_string(code) + "\ndetail " +
               unmappable(job, user_namespace) + "\n";
    }
    const int top = open_top();
    if (top < 0 || syscall(SYS_move_mount, copy_, "", top, "",
                           MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0)
        return failure("mount the guest");
    close(top);
    return fchdir(copy_) == 0 ? "" : failure("enter the guest");
}

void GuestMounts::take_away() {
    if (copy_ >= 0 && fchdir(copy_) == 0)
        umount2(".", MNT_DETACH);
    static_cast<void>(!chdir("/"));
    close(copy_);
    copy_ = -1;
}

bool enter_top() {
    return climb(k_guest_root) && chroot(".") == 0;
}

bool enter_guest() {
    struct stat wanted {};

    struct stat found {};

    if (stat(k_guest_root, &wanted) != 0 || !climb(k_guest_root) || stat(".", &found) != 0)
        return false;
    errno = EXDEV;
    return found.st_dev == wanted.st_dev && found.st_ino == wanted.st_ino && chroot(".") == 0;
}

} // namespace retouch::guest
