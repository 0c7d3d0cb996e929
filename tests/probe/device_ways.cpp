// Ways to devices: nodes that are there, nodes that can be made.

#include "probe.hpp"

#include <algorithm>
#include <array>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace probe {

namespace {

bool makes_node(const World &world, mode_t type, unsigned major_number, unsigned minor_number,
                std::string &detail) {
    for (const char *place : {"/run", "/dev", "/dev/shm", "/tmp", "/var/tmp", "/root"}) {
        const std::string path = std::string(place) + "/probe-node";
        if (mknod(path.c_str(), type | 0600, makedev(major_number, minor_number)) != 0)
            continue;
        const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        unlink(path.c_str());
        detail = path;
        if (file >= 0 || world.writable)
            return true; // in an image it would work in the booted machine's place, too
    }
    return false;
}

/// Below /dev everything that is no harmless node of the command's own.
/// What the guest's filesystems are mounted from, and the disk that it is a partition of: they may
/// be read, and no more.
bool is_own_disk(const std::string &path) {
    std::ifstream mounts("/proc/self/mounts");
    for (std::string line; std::getline(mounts, line);) {
        const std::string source = line.substr(0, line.find(' '));
        const std::string disk = source.substr(0, source.find_last_not_of("0123456789") + 1);
        if (path != source && path != disk)
            continue;
        const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
        if (fd >= 0)
            close(fd);
        return fd < 0;
    }
    return false;
}

bool strange_node(const std::string &directory, int depth, std::string &detail) {
    constexpr std::array harmless = {"/dev/null",    "/dev/zero", "/dev/full", "/dev/random",
                                     "/dev/urandom", "/dev/tty",  "/dev/ptmx", "/dev/pts/ptmx"};
    DIR *entries = opendir(directory.c_str());
    if (entries == nullptr)
        return false;
    bool found = false;
    for (dirent *entry = readdir(entries); entry != nullptr && !found; entry = readdir(entries)) {
        const std::string name = entry->d_name;
        const std::string path = directory + "/" + name;

        struct stat status {};

        if (name == "." || name == ".." || lstat(path.c_str(), &status) != 0)
            continue;
        if (S_ISDIR(status.st_mode) && depth > 0)
            found = strange_node(path, depth - 1, detail);
        else if (S_ISBLK(status.st_mode) && is_own_disk(path))
            continue;
        else if ((S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) &&
                 std::find(harmless.begin(), harmless.end(), path) == harmless.end()) {
            detail = path;
            found = true;
        }
    }
    closedir(entries);
    return found;
}

bool wrong_node(std::string &detail) {
    struct Node {
        const char *path;
        unsigned minor_number;
    };

    constexpr std::array nodes = {Node{"/dev/null", 3}, Node{"/dev/zero", 5}, Node{"/dev/full", 7},
                                  Node{"/dev/random", 8}, Node{"/dev/urandom", 9}};
    for (const Node &node : nodes) {
        struct stat status {};

        detail = node.path;
        if (stat(node.path, &status) == 0 &&
            (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(1, node.minor_number)))
            return true;
    }
    return false;
}

bool raw_disk_behind_root(std::string &detail) {
    struct stat status {};

    if (stat("/", &status) != 0)
        return false;
    for (const char *place : {"/run/probe-root", "/dev/probe-root", "/tmp/probe-root"}) {
        detail = place;
        const bool made = mknod(place, S_IFBLK | 0600, status.st_dev) == 0;
        const int file = made ? open(place, O_RDWR | O_CLOEXEC) : -1;
        unlink(place);
        if (file >= 0)
            return true;
    }
    return false;
}

constexpr Way k_ways[] = {
    {"make the node of a disk",
     [](const World &world, std::string &detail) {
         return makes_node(world, S_IFBLK, 8, 0, detail);
     }},
    {"make the node of a virtual disk",
     [](const World &world, std::string &detail) {
         return makes_node(world, S_IFBLK, 252, 0, detail);
     }},
    {"make the node of a loop device",
     [](const World &world, std::string &detail) {
         return makes_node(world, S_IFBLK, 7, 0, detail);
     }},
    {"make the node of the image's own disk",
     [](const World &, std::string &detail) { return raw_disk_behind_root(detail); }},
    {"make the node of the memory",
     [](const World &world, std::string &detail) {
         return makes_node(world, S_IFCHR, 1, 1, detail);
     }},
    {"make the node of the kernel's log",
     [](const World &world, std::string &detail) {
         return makes_node(world, S_IFCHR, 1, 11, detail);
     }},
    {"make the node of a terminal",
     [](const World &world, std::string &detail) {
         return makes_node(world, S_IFCHR, 4, 64, detail);
     }},
    {"make the node of FUSE",
     [](const World &world, std::string &detail) {
         return makes_node(world, S_IFCHR, 10, 229, detail);
     }},
    {"make the node of a tunnel",
     [](const World &world, std::string &detail) {
         return makes_node(world, S_IFCHR, 10, 200, detail);
     }},
    {"make the node of the loop control",
     [](const World &world, std::string &detail) {
         return makes_node(world, S_IFCHR, 10, 237, detail);
     }},
    {"make the node of the virtual machines",
     [](const World &world, std::string &detail) {
         return makes_node(world, S_IFCHR, 10, 232, detail);
     }},
    {"make a node by an old call",
     [](const World &, std::string &) {
         const long made = syscall(SYS_mknod, "/run/probe-old", S_IFBLK | 0600, makedev(8, 0));
         unlink("/run/probe-old");
         return made == 0;
     }},
    {"a device of the host in /dev",
     [](const World &, std::string &detail) { return strange_node("/dev", 4, detail); }},
    {"a node in /dev is another device",
     [](const World &, std::string &detail) { return wrong_node(detail); }},
    {"a terminal of the host",
     [](const World &, std::string &detail) {
         detail = "/dev/pts";
         DIR *entries = opendir("/dev/pts");
         bool found = false;
         for (dirent *entry = entries == nullptr ? nullptr : readdir(entries); entry != nullptr;
              entry = readdir(entries))
             found = found || (entry->d_name[0] >= '0' && entry->d_name[0] <= '9');
         return found;
     }},
    {"a controlling terminal",
     [](const World &, std::string &) { return open("/dev/tty", O_RDWR | O_CLOEXEC) >= 0; }},
};

} // namespace

constexpr std::span<const Way> k_device_ways{k_ways};

} // namespace probe
