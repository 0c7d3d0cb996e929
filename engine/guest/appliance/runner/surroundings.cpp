// A tmpfs made here, outside the command's user namespace, may hold working device nodes; what lies
// in it is given to the command's root.

#include "guest/appliance/runner/surroundings.hpp"

#include "guest/appliance/runner/whole_file.hpp"
#include "guest/sandbox/device_nodes.hpp"
#include "guest/sandbox/ids.hpp"

#include <cerrno>
#include <cstring>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace retouch {

namespace {

std::string failure(const std::string &what) {
    return what + ": " + std::strerror(errno);
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

bool fill_dev(const std::string &dev) {
    bool filled = symlink("/proc/kcore", (dev + "/core").c_str()) == 0;
    for (const auto &[name, major, minor] : k_device_nodes)
        filled = filled &&
                 mknod((dev + "/" + name).c_str(), S_IFCHR | 0666, makedev(major, minor)) == 0 &&
                 give(dev + "/" + name);
    for (const auto &[name, target] : k_device_links)
        filled = filled && symlink(target, (dev + "/" + name).c_str()) == 0;
    return filled && give_directory(dev + "/pts", 0755) && give_directory(dev + "/shm", 0755);
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

} // namespace retouch
