// Two sums: a quick one that is never too small, and an exact one once that is too large. What is
// mapped by several processes counts in each for the quick one; the exact one takes each process's
// share of anonymous pages, and each file in memory once, by its number.

#include "guest/host/sandbox_memory.hpp"

#include "base/pidfd.hpp"
#include "base/shortage.hpp"
#include "base/text.hpp"
#include "guest/host/seen_mounts.hpp"
#include "guest/mount_words.hpp"
#include "guest/tree/open_below.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <linux/sock_diag.h>
#include <map>
#include <sched.h>
#include <set>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t k_block = 512;       ///< of st_blocks
constexpr std::uint64_t k_file_bytes = 1024; ///< what the kernel keeps for a file in memory
constexpr std::size_t k_longest_text = std::size_t{64} << 20;

std::string text_of(const fs::path &file) {
    try {
        return base::read_file(file, k_longest_text);
    } catch (const Error &) {
        return {}; // it has ended
    }
}

std::uint64_t number_of(std::string_view digits) {
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

/// The sum of the lines "KEY: N kB", in bytes.
std::uint64_t sum_of(const std::string &text, const std::set<std::string_view> &keys) {
    std::uint64_t sum = 0;
    for (const std::string &line : base::split_lines(text)) {
        const std::vector<std::string> words = split_words(line, " \t");
        if (words.size() >= 2 && keys.contains(words[0]))
            sum += number_of(words[1]) * 1024;
    }
    return sum;
}

/// The names in a directory of /proc; none when it has gone.
std::vector<std::string> names_in(const fs::path &directory) {
    std::vector<std::string> names;
    std::error_code code;
    for (auto entry = fs::directory_iterator(directory, code);
         !code && entry != fs::directory_iterator(); entry.increment(code))
        names.push_back(entry->path().filename().string());
    return names;
}

/// Everything in a PID namespace descends from its first process.
std::vector<pid_t> family_of(pid_t first) {
    std::vector<pid_t> family = {first};
    for (std::size_t at = 0; at < family.size(); ++at) {
        const fs::path threads = fmt::format("/proc/{}/task", family[at]);
        for (const std::string &thread : names_in(threads))
            for (const std::string &child :
                 split_words(text_of(threads / thread / "children"), " "))
                family.push_back(static_cast<pid_t>(number_of(child)));
    }
    return family;
}

/// Files in memory by their number, with the bytes they take.
using Files = std::map<std::uint64_t, std::uint64_t>;

void add_file(Files &files, const fs::path &path, std::uint64_t device) {
    struct stat status {};

    if (stat(path.c_str(), &status) == 0 && status.st_dev == device)
        files[status.st_ino] = static_cast<std::uint64_t>(status.st_blocks) * k_block;
}

/// What waits in a pipe or socket of a process.
std::uint64_t bytes_waiting(pid_t process, int descriptor, bool is_pipe) {
    const base::UniqueFd held(base::open_pidfd(process));
    const base::UniqueFd same(
        static_cast<int>(syscall(SYS_pidfd_getfd, held.get(), descriptor, 0)));
    if (!same)
        return 0;
    if (is_pipe) {
        int waiting = 0;
        const int size = fcntl(same.get(), F_GETPIPE_SZ);
        return size > 0 && ioctl(same.get(), FIONREAD, &waiting) == 0 && waiting > 0
                   ? static_cast<std::uint64_t>(size)
                   : 0;
    }
    std::array<std::uint32_t, SK_MEMINFO_VARS> use{};
    socklen_t length = sizeof use;
    if (getsockopt(same.get(), SOL_SOCKET, SO_MEMINFO, use.data(), &length) != 0)
        return 0;
    return std::uint64_t{use[SK_MEMINFO_RMEM_ALLOC]} + use[SK_MEMINFO_WMEM_ALLOC] +
           use[SK_MEMINFO_WMEM_QUEUED];
}

/// What the descriptors of processes keep: files without names, pipes, sockets.
class Descriptors {
  public:
    explicit Descriptors(std::uint64_t device) : device_(device) {}

    void add(pid_t process) {
        const fs::path directory = fmt::format("/proc/{}/fd", process);
        for (const std::string &name : names_in(directory)) {
            std::error_code gone;
            const std::string target = fs::read_symlink(directory / name, gone).string();
            if (target.starts_with("/memfd:"))
                add_file(files_, directory / name, device_);
            const bool is_pipe = target.starts_with("pipe:");
            if ((is_pipe || target.starts_with("socket:")) && seen_.insert(target).second)
                waiting_ += bytes_waiting(process, static_cast<int>(number_of(name)), is_pipe);
        }
    }

    [[nodiscard]] std::uint64_t waiting() const { return waiting_; }

    [[nodiscard]] const Files &files() const { return files_; }

  private:
    std::uint64_t device_;
    std::uint64_t waiting_ = 0;
    Files files_;
    std::set<std::string> seen_;
};

/// Files in memory that have names, in what is mounted for the sandbox.
std::uint64_t named_files(pid_t first) {
    const base::UniqueFd root(
        open(fmt::format("/proc/{}/root", first).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    std::set<std::string> seen;
    std::uint64_t bytes = 0;
    for (const SeenMount &mount : read_mounts(text_of(fmt::format("/proc/{}/mountinfo", first)))) {
        if (mount.type != "tmpfs" || mount.point.size() < 2 || !seen.insert(mount.device).second)
            continue;
        const base::UniqueFd place(open_below(root.get(), mount.point.substr(1), O_PATH));

        struct statfs status {};

        if (fstatfs(place.get(), &status) != 0)
            continue;
        bytes += (status.f_blocks - status.f_bfree) * static_cast<std::uint64_t>(status.f_bsize) +
                 (status.f_files - status.f_ffree) * k_file_bytes;
    }
    return bytes;
}

/// Of the IPC namespace this thread is in. The columns are named in the first line.
std::uint64_t segments() {
    const std::vector<std::string> lines = base::split_lines(text_of("/proc/sysvipc/shm"));
    if (lines.empty())
        return 0;
    const std::vector<std::string> names = split_words(lines.front(), " ");
    std::uint64_t bytes = 0;
    for (std::size_t line = 1; line < lines.size(); ++line) {
        const std::vector<std::string> words = split_words(lines[line], " ");
        for (std::size_t at = 0; at < std::min(words.size(), names.size()); ++at)
            if (names[at] == "rss" || names[at] == "swap")
                bytes += number_of(words[at]);
    }
    return bytes;
}

/// Adds those that `process` maps, whether or not it still has a descriptor of them. Segments are
/// files of the same kind, and counted elsewhere.
void add_mapped(Files &files, pid_t process, std::uint64_t device) {
    const std::string kept = fmt::format("{:02x}:{:02x}", major(static_cast<dev_t>(device)),
                                         minor(static_cast<dev_t>(device)));
    for (const std::string &line :
         base::split_lines(text_of(fmt::format("/proc/{}/maps", process)))) {
        const std::vector<std::string> words = split_words(line, " ");
        const bool is_file = words.size() > 5 && words[3] == kept && !words[5].starts_with("/SYSV");
        if (is_file && !files.contains(number_of(words[4])))
            add_file(files, fmt::format("/proc/{}/map_files/{}", process, words[0]), device);
    }
}

std::uint64_t total_of(const Files &files) {
    std::uint64_t bytes = 0;
    for (const auto &[number, size] : files)
        bytes += size;
    return bytes;
}

std::uint64_t device_of_files() {
    const base::UniqueFd file(memfd_create("retouch", MFD_CLOEXEC));

    struct stat status {};

    if (!file || fstat(file.get(), &status) != 0)
        throw base::system_error("create", "a memory file", errno);
    return status.st_dev;
}

} // namespace

SandboxMemory::SandboxMemory(pid_t first) : first_(first), files_device_(device_of_files()) {
    const base::UniqueFd space(
        open(fmt::format("/proc/{}/ns/ipc", first).c_str(), O_RDONLY | O_CLOEXEC));
    if (!space || setns(space.get(), CLONE_NEWIPC) != 0)
        throw base::shortage_error("look into the IPC namespace of a command", errno);
}

bool SandboxMemory::exceeds(std::uint64_t bytes) const {
    const std::vector<pid_t> family = family_of(first_);
    const std::uint64_t common = named_files(first_) + segments();
    std::uint64_t quick = common;
    Descriptors descriptors(files_device_);
    for (const pid_t process : family) {
        descriptors.add(process);
        quick += sum_of(text_of(fmt::format("/proc/{}/status", process)),
                        {"RssAnon:", "RssShmem:", "VmPTE:", "VmSwap:"});
    }
    if (quick + descriptors.waiting() + total_of(descriptors.files()) <= bytes)
        return false;
    Files files = descriptors.files();
    std::uint64_t exact = common + descriptors.waiting();
    for (const pid_t process : family) {
        const std::string directory = fmt::format("/proc/{}/", process);
        exact += sum_of(text_of(directory + "smaps_rollup"), {"Pss_Anon:", "SwapPss:"}) +
                 sum_of(text_of(directory + "status"), {"VmPTE:"});
        add_mapped(files, process, files_device_);
        if (exact + total_of(files) > bytes)
            return true;
    }
    return exact + total_of(files) > bytes;
}

} // namespace retouch::guest
