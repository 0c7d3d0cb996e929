#include "guest/machine/server/system.hpp"

#include "base/file.hpp"
#include "base/waiting.hpp"
#include "guest/machine/machine_paths.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/random.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>
#include <vector>

namespace retouch::guest {

namespace {

namespace fs = std::filesystem;

constexpr int k_device_tries = 1000;
constexpr std::chrono::milliseconds k_device_pause{5};

void check(int result, const char *doing, const char *what) {
    if (result != 0)
        throw base::system_error(doing, what, errno);
}

/// What the kernel unpacked the archive into cannot be left by pivot_root(2), as bubblewrap does.
void stand_on_a_mount() {
    check(mount("/", k_machine_guest, nullptr, MS_BIND, nullptr), "mount", "/");
    check(chdir(k_machine_guest), "enter", k_machine_guest);
    check(mount(".", "/", nullptr, MS_MOVE, nullptr), "move", k_machine_guest);
    check(chroot("."), "enter", k_machine_guest);
    check(chdir("/"), "enter", "/");
}

void mount_kernel_filesystems() {
    struct Place {
        const char *type;
        const char *path;
    };

    for (const Place &place :
         {Place{"proc", "/proc"}, Place{"sysfs", "/sys"}, Place{"devtmpfs", "/dev"},
          Place{"tmpfs", "/run"}, Place{"tmpfs", "/tmp"}, Place{"cgroup2", "/sys/fs/cgroup"}})
        check(mount(place.type, place.path, place.type, 0, nullptr), "mount", place.path);
}

void put(const char *file, std::string_view text) {
    base::write_all(base::open_file(file, O_WRONLY).get(), text, file);
}

} // namespace

void make_system() {
    stand_on_a_mount();
    mount_kernel_filesystems();
    put("/sys/fs/cgroup/cgroup.subtree_control", "+memory +pids");
    check(sethostname("localhost", std::strlen("localhost")), "name", "the machine");
    constexpr rlimit files{1 << 20, 1 << 20};
    check(setrlimit(RLIMIT_NOFILE, &files), "set", "the limit of open files");
    check(setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1), "set", "PATH");
    load_modules(k_machine_modules);
}

void load_modules(const char *directory) {
    std::vector<fs::path> modules;
    for (const fs::directory_entry &entry : fs::directory_iterator(directory))
        modules.push_back(entry.path());
    std::ranges::sort(modules);
    for (const fs::path &path : modules) {
        const base::UniqueFd file = base::open_file(path, O_RDONLY);
        if (syscall(SYS_finit_module, file.get(), "", 0) != 0 && errno != EEXIST)
            throw base::system_error("load the module", path, errno);
        fs::remove(path);
    }
}

void await_device(const char *path) {
    for (int tries = 0; access(path, F_OK) != 0; ++tries) {
        if (tries == k_device_tries)
            throw base::system_error("find the device", path, ENOENT);
        base::pause_for(k_device_pause);
    }
}

void begin_anew(std::string_view chance, std::int64_t seconds, std::int64_t nanoseconds) {
    const base::UniqueFd random = base::open_file("/dev/urandom", O_RDWR);
    // As rand_pool_info has it: bits, bytes, and so many of these.
    const int size = static_cast<int>(chance.size());
    const std::array<int, 2> head = {8 * size, size};
    std::vector<char> room(sizeof head + chance.size());
    std::memcpy(room.data(), head.data(), sizeof head);
    std::memcpy(room.data() + sizeof head, chance.data(), chance.size());
    check(ioctl(random.get(), RNDADDENTROPY, room.data()), "mix", "random numbers");
    check(ioctl(random.get(), RNDRESEEDCRNG), "mix", "random numbers");
    const timespec now{seconds, nanoseconds};
    check(clock_settime(CLOCK_REALTIME, &now), "set", "the clock");
}

std::uint64_t memory_bytes() {
    struct sysinfo info {};

    check(sysinfo(&info), "ask for", "the memory");
    return std::uint64_t{info.totalram} * info.mem_unit;
}

} // namespace retouch::guest
