// It begins once the first process has a child, the command: until then that process is making the
// sandbox, and sees this host's mounts.

#include "guest/host/memory_watch.hpp"

#include "base/blocked_signals.hpp"
#include "base/file.hpp"
#include "retouch/error.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <utility>

namespace retouch::guest {

namespace {

constexpr double k_interval = 0.02;      ///< seconds
constexpr double k_pause_per_look = 2.0; ///< where looking is much work: a third of one core
constexpr const char *k_own_children = "/proc/thread-self/children";

bool has_child(pid_t process) {
    constexpr std::size_t longest = std::size_t{1} << 20;
    return !base::read_file(fmt::format("/proc/{0}/task/{0}/children", process), longest).empty();
}

/// What this thread has worked.
double own_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// When memory runs short anywhere the kernel takes this process first, and with it the whole
/// sandbox: half a command is of no use. What it has started keeps the usual chances.
void offer_to_the_kernel(pid_t first) {
    const base::UniqueFd file(
        open(fmt::format("/proc/{}/oom_score_adj", first).c_str(), O_WRONLY | O_CLOEXEC));
    if (file)
        static_cast<void>(!write(file.get(), "1000", 4));
}

} // namespace

void MemoryWatch::require_means() {
    if (access(k_own_children, R_OK) != 0)
        throw Error(ErrorKind::unavailable,
                    "the memory of commands cannot be limited on this host: its kernel does not "
                    "tell the children of a process (CONFIG_PROC_CHILDREN)",
                    "use --guest appliance");
}

MemoryWatch::MemoryWatch(const base::ProcessHandle &launcher, FirstInSandbox &first, IsOver is_over)
    : launcher_(launcher.another()), first_(first), is_over_(std::move(is_over)) {
    const base::BlockedSignals blocked;
    thread_ = std::jthread([this](const std::stop_token &stop) { watch(stop); });
}

MemoryWatch::~MemoryWatch() = default;

bool MemoryWatch::stop() {
    thread_.request_stop();
    thread_.join();
    if (failure_)
        std::rethrow_exception(failure_);
    return over_;
}

/// Called until it is true: then there is nothing more to watch.
bool MemoryWatch::look() {
    if (!first_.hold(launcher_) || !(has_begun_ || has_child(first_.pid())))
        return false;
    if (!std::exchange(has_begun_, true))
        offer_to_the_kernel(first_.pid());
    over_ = is_over_(first_.pid());
    return over_;
}

void MemoryWatch::watch(const std::stop_token &stop) {
    std::unique_lock guard(mutex_);
    double pause = k_interval;
    for (;;) {
        wake_.wait_for(guard, stop, std::chrono::duration<double>(pause), [] { return false; });
        if (stop.stop_requested())
            return;
        const double before = own_seconds();
        try {
            if (look())
                return first_.end();
        } catch (const std::exception &) {
            if (!first_.lives())
                return; // it ended meanwhile
            failure_ = std::current_exception();
            return first_.end();
        }
        pause = std::max(k_interval, k_pause_per_look * (own_seconds() - before));
    }
}

} // namespace retouch::guest
