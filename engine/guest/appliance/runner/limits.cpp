#include "guest/appliance/runner/limits.hpp"

#include "guest/appliance/runner/whole_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr const char *k_groups = "/sys/fs/cgroup";
constexpr const char *k_group = "/sys/fs/cgroup/retouch";

bool put(const std::string &path, const std::string &text) {
    const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    const bool written = write_all_to(file, text);
    close(file);
    return written;
}

/// The number after `key` and a blank at the beginning of a line; empty when there is none.
std::string number_of(const std::string &text, const std::string &key) {
    const std::string line = "\n" + key + " ";
    const std::size_t found = ("\n" + text).find(line);
    if (found == std::string::npos)
        return {};
    const std::size_t at = found + line.size() - 1;
    return text.substr(at, text.find('\n', at) - at);
}

/// In bytes; `key` as in /proc/meminfo.
std::uint64_t memory_now(const std::string &key) {
    return std::strtoull(number_of(read_whole("/proc/meminfo"), key).c_str(), nullptr, 10) * 1024;
}

/// Without what the appliance and its kernel need to go on.
std::uint64_t memory_to_give() {
    const std::uint64_t reserve = memory_now("MemTotal:") / 16;
    return std::max(memory_now("MemAvailable:"), reserve) - reserve;
}

bool is_more_than_none(const std::string &number) {
    return !number.empty() && number != "0";
}

} // namespace

std::string CommandGroup::make(const Job &job, pid_t first) {
    memory_bytes_ = std::min(job.memory_bytes, memory_to_give());
    const std::string number = std::to_string(first);
    const std::string group = k_group;
    const bool made =
        mount("cgroup2", k_groups, "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0 &&
        put(std::string(k_groups) + "/cgroup.subtree_control", "+pids") &&
        (mkdir(k_group, 0755) == 0 || errno == EEXIST) &&
        put(group + "/pids.max", std::to_string(job.processes));
    if (made && !put(std::string(k_groups) + "/cgroup.subtree_control", "+memory"))
        return "limit the command: the appliance's kernel does not count memory";
    // What is left of a command that met it may be of no use: all goes, or nothing.
    const bool limited = made && put(group + "/memory.oom.group", "1") &&
                         put(group + "/memory.max", std::to_string(memory_bytes_)) &&
                         put(group + "/cgroup.procs", number) &&
                         put("/proc/" + number + "/oom_score_adj", "1000");
    return limited ? "" : std::string("limit the command: ") + std::strerror(errno);
}

std::string CommandGroup::limits_met() const {
    const std::string group = k_group;
    std::string met;
    if (is_more_than_none(number_of(read_whole((group + "/memory.events").c_str()), "oom_kill")))
        met = "memory";
    if (is_more_than_none(number_of(read_whole((group + "/pids.events").c_str()), "max")))
        met += met.empty() ? "processes" : " processes";
    return met;
}

void CommandGroup::take_away() {
    rmdir(k_group);
}

bool set_process_limits(const Job &job, pid_t process) {
    // Programs that walk all descriptors, and old ones that use select, want the usual soft limit.
    constexpr rlim_t usual_files = 1024;
    constexpr rlim_t usual_locked = rlim_t{8} << 20;

    struct Limit {
        __rlimit_resource what;
        rlim_t soft, hard;
    };

    const std::array limits = {
        Limit{RLIMIT_NOFILE, std::min<rlim_t>(usual_files, job.open_files), job.open_files},
        Limit{RLIMIT_FSIZE, job.file_bytes, job.file_bytes},
        Limit{RLIMIT_MEMLOCK, usual_locked, usual_locked},
        Limit{RLIMIT_CORE, 1, 1}, // at 0 the kernel would still start a handler of cores
    };
    return std::all_of(limits.begin(), limits.end(), [process](const Limit &limit) {
        const rlimit value{limit.soft, limit.hard};
        return prlimit(process, limit.what, &value, nullptr) == 0;
    });
}

} // namespace retouch::guest
