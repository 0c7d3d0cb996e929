// What a command finds around the guest's files in the appliance: /dev, /run, and name resolution.
// The same words as bubblewrap_arguments.cpp says for the host, said with system calls: there is no
// bwrap in an appliance, and no need of one.
//
// A command runs as root of a user namespace, which may not make device nodes. So /dev is a tmpfs
// made here, outside of that namespace, where nodes work, and is given to the command's root
// afterwards. The nodes of the guest's own disks are in it for programs that install boot loaders,
// readable and no more, under the names the image's own /dev/disk would give them; no other disk
// is.
//
// Each tmpfs has a bound: what lies in one takes memory, and no process is to blame for it. Files
// the guest has in the way (resolv.conf, policy-rc.d) are covered and not touched; what is in /run
// lives as long as the command. Nothing of it is left in the image: the mounts end with the
// namespace.

#include "guest/appliance/runner/surroundings.hpp"

#include "guest/appliance/runner/guest_mounts.hpp"
#include "guest/appliance/runner/whole_file.hpp"
#include "guest/sandbox/device_nodes.hpp"
#include "guest/sandbox/ids.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <vector>

namespace retouch::guest {

namespace {

std::string failure(const std::string &what) {
    return what + ": " + std::strerror(errno);
}

/// Without links; empty when it leads nowhere.
std::string real_path(const std::string &path) {
    char *real = realpath(path.c_str(), nullptr);
    const std::string text = real == nullptr ? "" : real;
    std::free(real);
    return text;
}

bool give(const std::string &path) {
    return lchown(path.c_str(), k_first_outside_id, k_first_outside_id) == 0;
}

bool give_directory(const std::string &path, mode_t mode) {
    return mkdir(path.c_str(), 0755) == 0 && chmod(path.c_str(), mode) == 0 && give(path);
}

/// `size` as tmpfs takes it: what lies in one takes memory, and no process is to blame for it.
bool mount_tmpfs(const std::string &path, unsigned long flags, const char *size) {
    const std::string owner = std::to_string(k_first_outside_id);
    const std::string options =
        "mode=755,nr_inodes=20000,uid=" + owner + ",gid=" + owner + ",size=" + size;
    return mount("tmpfs", path.c_str(), "tmpfs", flags, options.c_str()) == 0;
}

/// "/dev/sda2" is on "/dev/sda".
std::string whole_disk_of(const std::string &device) {
    std::string disk = device;
    while (disk.size() > 1 && disk.back() >= '0' && disk.back() <= '9')
        disk.pop_back();
    return disk.rfind("/dev/sd", 0) == 0 ? disk : std::string();
}

/// Its owner is nobody inside, so that it can be read there and no more.
bool add_disk(const std::string &dev, const std::string &device) {
    struct stat status {};

    const std::string node = dev + device.substr(std::strlen("/dev"));
    if (stat(device.c_str(), &status) != 0 || !S_ISBLK(status.st_mode))
        return true;
    for (std::size_t at = node.find('/', dev.size() + 1); at != node.npos;
         at = node.find('/', at + 1))
        mkdir(node.substr(0, at).c_str(), 0755);
    return mknod(node.c_str(), S_IFBLK | 0444, status.st_rdev) == 0 || errno == EEXIST;
}

/// By their names, those of what is mounted and no others.
void add_disk_links(const std::string &dev, const std::vector<std::string> &devices) {
    mkdir((dev + "/disk").c_str(), 0755);
    for (const char *kind : {"by-uuid", "by-label", "by-partuuid", "by-partlabel"}) {
        const std::string from = std::string("/dev/disk/") + kind;
        DIR *links = opendir(from.c_str());
        mkdir((dev + "/disk/" + kind).c_str(), 0755);
        while (const dirent *link = links == nullptr ? nullptr : readdir(links)) {
            const std::string target = real_path(from + "/" + link->d_name);
            if (std::find(devices.begin(), devices.end(), target) != devices.end())
                static_cast<void>(!symlink(("../.." + target.substr(std::strlen("/dev"))).c_str(),
                                           (dev + "/disk/" + kind + "/" + link->d_name).c_str()));
        }
        if (links != nullptr)
            closedir(links);
    }
}

/// For programs that install boot loaders.
bool add_disks(const std::string &dev) {
    std::vector<std::string> devices;
    bool added = true;
    for (const GuestPoint &point : guest_points()) {
        devices.push_back(real_path(point.device));
        added = added && add_disk(dev, point.device) && add_disk(dev, whole_disk_of(point.device));
    }
    add_disk_links(dev, devices);
    return added;
}

bool fill_dev(const std::string &dev) {
    bool filled = symlink("/proc/kcore", (dev + "/core").c_str()) == 0;
    for (const auto &[name, major, minor] : k_device_nodes)
        filled = filled &&
                 mknod((dev + "/" + name).c_str(), S_IFCHR | 0666, makedev(major, minor)) == 0 &&
                 give(dev + "/" + name);
    for (const auto &[name, target] : k_device_links)
        filled = filled && symlink(target, (dev + "/" + name).c_str()) == 0;
    return filled && add_disks(dev) && give_directory(dev + "/pts", 0755) &&
           give_directory(dev + "/shm", 0755);
}

bool make_dev(const std::string &dev) {
    return mount_tmpfs(dev, MS_NOSUID, "1m") && fill_dev(dev) &&
           mount("devpts", (dev + "/pts").c_str(), "devpts", MS_NOSUID | MS_NOEXEC,
                 "newinstance,ptmxmode=0666,mode=620") == 0 &&
           mount_tmpfs(dev + "/shm", MS_NOSUID | MS_NODEV, "20%") &&
           chmod((dev + "/shm").c_str(), 01777) == 0;
}

bool make_run(const Job &job, const std::string &run) {
    const std::string script = run + job.script_path.substr(4); // after "/run"
    return mount_tmpfs(run, MS_NOSUID | MS_NODEV, "20%") && give_directory(run + "/lock", 01777) &&
           give_directory(script.substr(0, script.rfind('/')), 0755) &&
           write_whole(script.c_str(), job.script, 0500) && give(script);
}

/// The directories on the way to a file in a tmpfs of ours.
void make_parents(const std::string &path) {
    for (std::size_t at = path.find('/', 2); at != std::string::npos; at = path.find('/', at + 1))
        if (mkdir(path.substr(0, at).c_str(), 0755) == 0)
            static_cast<void>(give(path.substr(0, at)));
}

/// Puts `bytes` over an existing file without touching it.
bool cover(const std::string &path, const std::string &source, std::string_view bytes,
           mode_t mode) {
    return write_whole(source.c_str(), bytes, mode) && give(source) &&
           mount(source.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) == 0 &&
           mount(nullptr, path.c_str(), nullptr,
                 MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, nullptr) == 0;
}

bool put_resolver(const Job &job) {
    const std::string settings = read_whole("/etc/resolv.conf");
    const std::string path = "." + job.resolver;
    if (job.resolver.rfind(job.run + "/", 0) != 0)
        return cover(path, "/dev/shm/retouch-resolv.conf", settings, 0644);
    make_parents(path);
    return write_whole(path.c_str(), settings, 0644) && give(path);
}

} // namespace

std::string make_surroundings(const Job &job) {
    umask(0);
    if (!make_dev("." + job.dev))
        return failure("make /dev");
    if (!make_run(job, "." + job.run))
        return failure("make /run");
    if (!job.resolver.empty() && !put_resolver(job))
        return failure("make name resolution work");
    if (!job.services.empty() &&
        !cover("." + job.services, "/dev/shm/retouch-policy", job.policy, 0755))
        return failure("keep services from starting");
    umask(022);
    return {};
}

} // namespace retouch::guest
