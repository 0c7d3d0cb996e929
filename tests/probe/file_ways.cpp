// Ways to files of the host, and to changing an image that may only be looked at.

#include "probe.hpp"

#include <array>
#include <cstring>
#include <fcntl.h>
#include <linux/fs.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace probe {

namespace {

struct Handle {
    unsigned bytes = 8;
    int type = 1; // FILEID_INO32_GEN
    std::array<unsigned, 32> inode = {2, 0};
};

/// An inode of the filesystem that `path` lies on, without asking for a path.
bool open_inode(const char *path) {
    Handle handle;
    const int anchor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const int found = anchor < 0 ? -1 : open(path, O_PATH | O_CLOEXEC);
    if (found < 0)
        return false;
    return beyond_rights(syscall(SYS_open_by_handle_at, anchor, &handle, O_RDONLY));
}

/// Where a directory outside of ours can be reached through a link of /proc.
bool leads_outside(const std::string &link) {
    struct stat ours {};

    struct stat theirs {};

    if (stat("/", &ours) != 0 || stat(link.c_str(), &theirs) != 0)
        return false;
    return S_ISDIR(theirs.st_mode) &&
           (ours.st_ino != theirs.st_ino || ours.st_dev != theirs.st_dev) &&
           head(link + "/proc/version").empty() == false;
}

bool left_chroot(std::string &detail) {
    const char *place = nullptr;
    for (const char *candidate :
         {"/run/probe-chroot", "/tmp/probe-chroot", "/dev/shm/probe-chroot"})
        if (mkdir(candidate, 0700) == 0) {
            place = candidate;
            break;
        }

    struct stat ours {};

    struct stat found {};

    if (place == nullptr || stat("/", &ours) != 0 || chroot(place) != 0)
        return false;
    for (int level = 0; level < 64; ++level)
        if (chdir("..") != 0)
            break;
    const bool is_other =
        stat(".", &found) == 0 && (found.st_ino != ours.st_ino || found.st_dev != ours.st_dev);
    detail = place;
    return chroot(".") == 0 && rmdir(place) == 0 && is_other;
}

bool changes(const std::string &path, std::string &detail) {
    detail = path;

    struct stat status {};

    if (lstat(path.c_str(), &status) != 0 || S_ISLNK(status.st_mode))
        return false;
    const std::array<timespec, 2> times = {status.st_atim, status.st_mtim};
    return chmod(path.c_str(), status.st_mode & 07777) == 0 ||
           chown(path.c_str(), status.st_uid, status.st_gid) == 0 ||
           utimensat(AT_FDCWD, path.c_str(), times.data(), 0) == 0 ||
           (setxattr(path.c_str(), "user.probe", "", 0, 0) == 0 &&
            removexattr(path.c_str(), "user.probe") == 0) ||
           (S_ISREG(status.st_mode) && open(path.c_str(), O_WRONLY | O_CLOEXEC) >= 0) ||
           (S_ISDIR(status.st_mode) && mkdir((path + "/.probe").c_str(), 0700) == 0 &&
            rmdir((path + "/.probe").c_str()) == 0);
}

bool image_changes(const World &world, std::string &detail) {
    if (world.writable)
        return false;
    for (const char *path : {"/",
                             "/etc",
                             "/usr",
                             "/bin",
                             "/sbin",
                             "/lib",
                             "/boot",
                             "/home",
                             "/root",
                             "/srv",
                             "/opt",
                             "/var",
                             "/var/tmp",
                             "/var/log",
                             "/tmp",
                             "/etc/passwd",
                             "/etc/shadow",
                             "/etc/hostname",
                             "/etc/resolv.conf",
                             "/bin/busybox"})
        if (changes(path, detail))
            return true;
    return false;
}

/// A file of the image that may be changed, or one of the command's own.
std::string own_file(const World &world) {
    const std::string path = world.writable ? "/var/tmp/probe-file" : "/run/probe-file";
    close(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    return path;
}

bool sets_flag(const World &world, unsigned flag) {
    const std::string path = own_file(world);
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    unsigned flags = 0;
    if (ioctl(file, FS_IOC_GETFLAGS, &flags) != 0)
        return false;
    const unsigned before = flags;
    flags |= flag;
    const bool set = ioctl(file, FS_IOC_SETFLAGS, &flags) == 0;
    flags = before;
    if (set)
        ioctl(file, FS_IOC_SETFLAGS, &flags);
    unlink(path.c_str());
    return set;
}

bool sets_attribute(const World &world, const char *name) {
    const std::string path = own_file(world);
    const bool set = setxattr(path.c_str(), name, "0", 1, 0) == 0;
    unlink(path.c_str());
    return set;
}

bool filesystem_call(unsigned long request) {
    const int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    fstrim_range nothing{};
    errno = 0;
    const int result = ioctl(root, request, &nothing);
    return result == 0 || (errno != EPERM && errno != EACCES && errno != ENOSYS &&
                           errno != ENOTTY && errno != EOPNOTSUPP);
}

constexpr Way k_ways[] = {
    {"open a file by its inode, from /",
     [](const World &, std::string &) { return open_inode("/"); }},
    {"open a file by its inode, from /proc/1/exe",
     [](const World &, std::string &) { return open_inode("/proc/1/exe"); }},
    {"open a file by its inode, from /dev/null",
     [](const World &, std::string &) { return open_inode("/dev/null"); }},
    {"open a file by its inode, from /etc/resolv.conf",
     [](const World &, std::string &) { return open_inode("/etc/resolv.conf"); }},
    {"open a file by its inode, from /run",
     [](const World &, std::string &) { return open_inode("/run"); }},
    {"learn a file's handle",
     [](const World &, std::string &) {
         Handle handle;
         handle.bytes = sizeof handle.inode;
         int mount = 0;
         return beyond_rights(syscall(SYS_name_to_handle_at, AT_FDCWD, "/", &handle, &mount, 0));
     }},
    {"leave a chroot", [](const World &, std::string &detail) { return left_chroot(detail); }},
    {"another root behind /proc/PID/root",
     [](const World &, std::string &detail) {
         for (int pid = 1; pid < 200; ++pid) {
             detail = "/proc/" + std::to_string(pid) + "/root";
             if (leads_outside(detail) || leads_outside(detail + "/.."))
                 return true;
         }
         return false;
     }},
    {"another directory behind /proc/PID/cwd",
     [](const World &, std::string &detail) {
         for (int pid = 1; pid < 200; ++pid) {
             detail = "/proc/" + std::to_string(pid) + "/cwd";
             for (int level = 0; level < 8; ++level, detail += "/..")
                 if (leads_outside(detail))
                     return true;
         }
         return false;
     }},
    {"the program of the first process can be written",
     [](const World &, std::string &) {
         const int file = open("/proc/1/exe", O_WRONLY | O_CLOEXEC);
         return file >= 0 || errno == ETXTBSY;
     }},
    {"mapped files of the first process",
     [](const World &, std::string &) {
         return open("/proc/1/map_files", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0 &&
                faccessat(AT_FDCWD, "/proc/1/map_files/.", X_OK, 0) == 0 && getpid() != 1 &&
                open("/proc/1/mem", O_RDONLY | O_CLOEXEC) >= 0;
     }},
    {"directories of the sandbox's maker",
     [](const World &, std::string &detail) {
         for (const char *path : {"/oldroot", "/newroot", "/.oldroot", "/sysroot/sysroot", "/old"})
             if (access(path, F_OK) == 0) {
                 detail = path;
                 return true;
             }
         return false;
     }},
    {"shared memory of the host",
     [](const World &world, std::string &) {
         return access(("/dev/shm/" + world.canary).c_str(), F_OK) == 0;
     }},
    {"temporary files of the host",
     [](const World &world, std::string &) {
         return access(("/tmp/" + world.canary).c_str(), F_OK) == 0 ||
                access(("/run/" + world.canary).c_str(), F_OK) == 0;
     }},
    {"change an image that is only looked at", image_changes},
    {"make a file immutable",
     [](const World &world, std::string &) { return sets_flag(world, FS_IMMUTABLE_FL); }},
    {"make a file append-only",
     [](const World &world, std::string &) { return sets_flag(world, FS_APPEND_FL); }},
    {"set a trusted attribute",
     [](const World &world, std::string &) { return sets_attribute(world, "trusted.probe"); }},
    {"discard free blocks", [](const World &, std::string &) { return filesystem_call(FITRIM); }},
    {"thaw a filesystem", [](const World &, std::string &) { return filesystem_call(FITHAW); }},
    {"set quotas",
     [](const World &, std::string &) {
         return beyond_rights(syscall(SYS_quotactl, 0x800007 << 8, "/dev/none", 0, nullptr)) &&
                errno != ENOENT && errno != ENOTBLK;
     }},
};

} // namespace

constexpr std::span<const Way> k_file_ways{k_ways};

} // namespace probe
