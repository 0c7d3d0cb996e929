#include "guest/appliance/runner/limits.hpp"

#include "guest/appliance/runner/whole_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch {

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

/// How often the kernel ended a process because memory was short.
std::string memory_kills() {
    return number_of(read_whole("/proc/vmstat"), "oom_kill");
}

bool is_more_than_none(const std::string &number) {
    return !number.empty() && number != "0";
}

} // namespace

std::string CommandGroup::make(const Job &job, pid_t first) {
    memory_kills_ = memory_kills();
    const std::string number = std::to_string(first);
    const bool mounted =
        mount("cgroup2", k_groups, "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0;
    const bool made = mounted && put(std::string(k_groups) + "/cgroup.subtree_control", "+pids") &&
                      (mkdir(k_group, 0755) == 0 || errno == EEXIST) &&
                      put(std::string(k_group) + "/pids.max", std::to_string(job.processes)) &&
                      put(std::string(k_group) + "/cgroup.procs", number) &&
                      put("/proc/" + number + "/oom_score_adj", "1000");
    return made ? "" : std::string("limit the command: ") + std::strerror(errno);
}

std::string CommandGroup::limits_met() const {
    std::string met;
    if (memory_kills() != memory_kills_)
        met = "memory";
    if (is_more_than_none(number_of(read_whole("/sys/fs/cgroup/retouch/pids.events"), "max")))
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
        Limit{RLIMIT_DATA, job.memory_bytes, job.memory_bytes},
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

} // namespace retouch
