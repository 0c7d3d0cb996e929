// Mounts and little else. The mount namespace is already the command's own.

#include "guest/appliance/runner/surroundings.hpp"

#include "guest/appliance/runner/whole_file.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace retouch {

namespace {

constexpr unsigned long k_quiet = MS_NOSUID | MS_NODEV | MS_NOEXEC;

std::string failure(const std::string &what) {
    return what + ": " + std::strerror(errno);
}

std::string in_guest(const std::string &path) {
    return k_guest_root + path;
}

bool bring_loopback_up() {
    const int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    const bool up = socket_fd >= 0 && ioctl(socket_fd, SIOCSIFFLAGS, &request) == 0;
    close(socket_fd);
    return up;
}

/// /proc/mounts writes blanks as \040.
std::string unescape(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && at + 3 < text.size()) {
            result += static_cast<char>((text[at + 1] - '0') * 64 + (text[at + 2] - '0') * 8 +
                                        (text[at + 3] - '0'));
            at += 3;
        } else {
            result += text[at];
        }
    }
    return result;
}

/// Every filesystem of the guest, in this namespace only.
bool make_read_only() {
    const std::string mounts = read_whole("/proc/mounts");
    for (std::size_t at = 0; at < mounts.size();) {
        const std::size_t end = std::min(mounts.find('\n', at), mounts.size());
        const std::string_view line = std::string_view(mounts).substr(at, end - at);
        const std::size_t start = line.find(' ') + 1;
        const std::string point = unescape(line.substr(start, line.find(' ', start) - start));
        at = end + 1;
        const bool is_guests = point == k_guest_root || point.rfind(in_guest("/"), 0) == 0;
        if (is_guests && mount(nullptr, point.c_str(), nullptr,
                               MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NODEV, nullptr) != 0)
            return false;
    }
    return true;
}

struct Node {
    const char *name;
    unsigned minor;
};

bool fill_dev(const std::string &dev) {
    constexpr std::array memory = {Node{"null", 3}, Node{"zero", 5}, Node{"full", 7},
                                   Node{"random", 8}, Node{"urandom", 9}};
    constexpr std::array<std::array<const char *, 2>, 6> links = {{{"fd", "/proc/self/fd"},
                                                                   {"stdin", "/proc/self/fd/0"},
                                                                   {"stdout", "/proc/self/fd/1"},
                                                                   {"stderr", "/proc/self/fd/2"},
                                                                   {"core", "/proc/kcore"},
                                                                   {"ptmx", "pts/ptmx"}}};
    bool filled = mknod((dev + "/tty").c_str(), S_IFCHR | 0666, makedev(5, 0)) == 0;
    for (const Node &node : memory)
        filled = filled && mknod((dev + "/" + node.name).c_str(), S_IFCHR | 0666,
                                 makedev(1, node.minor)) == 0;
    for (const auto &[name, target] : links)
        filled = filled && symlink(target, (dev + "/" + name).c_str()) == 0;
    return filled && mkdir((dev + "/pts").c_str(), 0755) == 0 &&
           mkdir((dev + "/shm").c_str(), 01777) == 0 && chmod((dev + "/shm").c_str(), 01777) == 0;
}

bool fill_run(const Job &job, const std::string &run) {
    const std::string script = in_guest(job.run) + job.script_path.substr(4); // after "/run"
    return mkdir((run + "/lock").c_str(), 01777) == 0 &&
           chmod((run + "/lock").c_str(), 01777) == 0 &&
           mkdir(script.substr(0, script.rfind('/')).c_str(), 0755) == 0 &&
           write_whole(script.c_str(), job.script, 0500);
}

/// The directories on the way to a file in a tmpfs of ours.
void make_parents(const std::string &path) {
    for (std::size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1))
        mkdir(path.substr(0, at).c_str(), 0755);
}

/// Puts `bytes` over an existing file without touching it.
bool cover(const std::string &path, const std::string &source, std::string_view bytes,
           mode_t mode) {
    return write_whole(source.c_str(), bytes, mode) &&
           mount(source.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) == 0 &&
           mount(nullptr, path.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID,
                 nullptr) == 0;
}

bool put_resolver(const Job &job) {
    const std::string settings = read_whole("/etc/resolv.conf");
    const std::string path = in_guest(job.resolver);
    if (job.resolver.rfind(job.run + "/", 0) != 0)
        return cover(path, "/dev/shm/retouch-resolv.conf", settings, 0644);
    make_parents(path);
    return write_whole(path.c_str(), settings, 0644);
}

} // namespace

std::string make_surroundings(const Job &job) {
    const std::string proc = in_guest(job.proc);
    const std::string sys = in_guest(job.sys);
    const std::string dev = in_guest(job.dev);
    const std::string run = in_guest(job.run);
    umask(0);
    if (sethostname(job.hostname.c_str(), job.hostname.size()) != 0)
        return failure("set the host name");
    if (!job.network && !bring_loopback_up())
        return failure("bring the loopback interface up");
    if (!job.writable && !make_read_only())
        return failure("make the guest read-only");
    if (mount("proc", proc.c_str(), "proc", k_quiet, nullptr) != 0)
        return failure("mount /proc");
    if (mount("sysfs", sys.c_str(), "sysfs", k_quiet | MS_RDONLY, nullptr) != 0)
        return failure("mount /sys");
    if (mount("tmpfs", dev.c_str(), "tmpfs", MS_NOSUID, "mode=755") != 0 || !fill_dev(dev))
        return failure("make /dev");
    if (mount("devpts", (dev + "/pts").c_str(), "devpts", MS_NOSUID | MS_NOEXEC,
              "newinstance,ptmxmode=0666,mode=620") != 0)
        return failure("mount /dev/pts");
    if (mount("tmpfs", run.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") != 0 ||
        !fill_run(job, run))
        return failure("make /run");
    if (!job.resolver.empty() && !put_resolver(job))
        return failure("make name resolution work");
    if (!job.services.empty() &&
        !cover(in_guest(job.services), "/dev/shm/retouch-policy", job.policy, 0755))
        return failure("keep services from starting");
    umask(022);
    return {};
}

} // namespace retouch
