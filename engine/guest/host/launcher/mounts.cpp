// The guest is mounted elsewhere with its owners as they are and without a right to execute; only
// the copy made here may, and only users of the namespace meet its owners.

#include "guest/host/launcher/mounts.hpp"

#include "guest/host/launch_orders.hpp"
#include "guest/host/launcher/failure.hpp"
#include "guest/mount_words.hpp"
#include "guest/sandbox/device_nodes.hpp"
#include "guest/sandbox/ids.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <vector>

namespace retouch::guest {

namespace {

constexpr const char *k_place_options = "mode=755,size=64m";

void map_guest(const LaunchOrders &orders, int user_namespace) {
    if (mkdir(k_mapped_guest, 0755) != 0)
        fail("make a place for the guest");
    const long copy = syscall(SYS_open_tree, AT_FDCWD, orders.root.c_str(),
                              OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    if (copy < 0)
        fail("copy the guest's mounts");
    mount_attr wanted{};
    wanted.attr_set = MOUNT_ATTR_IDMAP | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    wanted.attr_clr = MOUNT_ATTR_NOEXEC;
    wanted.userns_fd = static_cast<std::uint64_t>(user_namespace);
    if (!orders.writable)
        wanted.attr_set |= MOUNT_ATTR_RDONLY;
    if (syscall(SYS_mount_setattr, copy, "", AT_EMPTY_PATH | AT_RECURSIVE, &wanted,
                sizeof wanted) != 0)
        fail("map the owners of the guest's files",
             errno == EINVAL   ? "this kernel cannot do that for a filesystem of the guest"
             : errno == ENOSYS ? "this kernel is older than Linux 5.12"
                               : "");
    if (syscall(SYS_move_mount, copy, "", AT_FDCWD, k_mapped_guest, MOVE_MOUNT_F_EMPTY_PATH) != 0)
        fail("mount the guest with its owners mapped");
    close(static_cast<int>(copy));
}

/// Whose owner is nobody inside, so that they can be read there and no more.
bool make_disk_nodes(const LaunchOrders &orders, const std::string &place) {
    bool made = true;
    for (const std::string &line : split_words(orders.disks, "\n")) {
        const std::vector<std::string> words = split_words(line, " ");
        made = made && words.size() == 3 &&
               mknod((place + words[0]).c_str(), S_IFBLK | 0444,
                     makedev(static_cast<unsigned>(std::atoi(words[1].c_str())),
                             static_cast<unsigned>(std::atoi(words[2].c_str())))) == 0;
    }
    for (const std::string &line : split_words(orders.disk_links, "\n")) {
        const std::vector<std::string> words = split_words(line, " ");
        if (words.size() != 2)
            return false;
        for (std::size_t at = words[0].find('/'); at != words[0].npos;
             at = words[0].find('/', at + 1))
            mkdir((place + words[0].substr(0, at)).c_str(), 0755);
        // Of two filesystems with one name the first has it.
        if (symlink(words[1].c_str(), (place + words[0]).c_str()) != 0 && errno != EEXIST)
            return false;
    }
    return made;
}

/// Nodes and directories of nobody else: what a command does to them concerns only itself.
void make_devices(const LaunchOrders &orders) {
    const std::string place = std::string(k_own_devices) + "/";
    const std::string owner = std::to_string(k_first_outside_id);
    const std::string options = std::string(k_place_options) + ",uid=" + owner + ",gid=" + owner;
    bool made = mkdir(k_own_devices, 0755) == 0 &&
                mount("tmpfs", k_own_devices, "tmpfs", MS_NOSUID | MS_NOEXEC, options.c_str()) == 0;
    for (const DeviceNode &node : k_device_nodes)
        made = made &&
               mknod((place + node.name).c_str(), S_IFCHR | 0666,
                     makedev(node.major, node.minor)) == 0 &&
               chown((place + node.name).c_str(), k_first_outside_id, k_first_outside_id) == 0;
    for (const auto &[name, target] : k_device_links)
        made = made && symlink(target, (place + name).c_str()) == 0 &&
               lchown((place + name).c_str(), k_first_outside_id, k_first_outside_id) == 0;
    made = made && make_disk_nodes(orders, place) && mkdir((place + "shm").c_str(), 0755) == 0 &&
           mkdir((place + "pts").c_str(), 0755) == 0 &&
           mount("devpts", (place + "pts").c_str(), "devpts", MS_NOSUID | MS_NOEXEC,
                 "newinstance,ptmxmode=0666,mode=620") == 0;
    if (!made)
        fail("make devices for the command");
}

} // namespace

void make_mounts(const LaunchOrders &orders, int user_namespace) {
    if (unshare(CLONE_NEWNS) != 0 ||
        mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        fail("make a private mount namespace");
    if (mount("tmpfs", k_own_place, "tmpfs", MS_NOSUID | MS_NOEXEC, k_place_options) != 0)
        fail("mount a tmpfs");
    umask(0);
    if (!orders.root.empty())
        map_guest(orders, user_namespace);
    make_devices(orders);
    umask(022);
}

} // namespace retouch::guest
