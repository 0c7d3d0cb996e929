// Spawning: Boost.Process 1.74 with its traps avoided.
// Boost forks, executes and reports a failed exec; what the child becomes is set up here, and
// Boost's waiting functions (they swap the SIGCHLD handler of the whole process) are never used.

#include "base/spawn.hpp"

#include "base/output_pipe.hpp"
#include "base/text.hpp"

#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/error.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/extend.hpp>
#include <fmt/format.h>

#include <cassert>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace retouch {

namespace {

constexpr int k_first_free = STDERR_FILENO + 1;

/// No handler of ours may run in the child between fork and exec.
class BlockedSignals {
  public:
    BlockedSignals() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }

    ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

    BlockedSignals(const BlockedSignals &) = delete;
    BlockedSignals &operator=(const BlockedSignals &) = delete;

  private:
    sigset_t before_{};
};

/// "NAME=VALUE" strings and the null-terminated array of them that exec wants.
class EnvironmentBlock {
  public:
    explicit EnvironmentBlock(const ProcessSpec &spec) {
        if (!spec.environment)
            return;
        for (const auto &[name, value] : *spec.environment)
            entries_.push_back(fmt::format("{}={}", name, value));
        for (std::string &entry : entries_)
            pointers_.push_back(entry.data());
        pointers_.push_back(nullptr);
    }

    [[nodiscard]] char **get() { return pointers_.empty() ? ::environ : pointers_.data(); }

  private:
    std::vector<std::string> entries_;
    std::vector<char *> pointers_;
};

void close_on_exec_from(unsigned first) {
    if (close_range(first, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
        return;
    // Kernels before 5.11 lack it.
    constexpr int k_enough = 65536;
    for (int fd = static_cast<int>(first); fd < k_enough; ++fd)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/// Boost calls these functions around its fork. What runs in the child uses only calls that are
/// safe after a fork of a program with threads.
struct ChildSetup : boost::process::extend::handler {
    char **environment = nullptr;
    int in = -1;
    SpawnOptions options;
    const std::vector<int> *inherited = nullptr;
    pid_t parent = getpid();

    template<typename Executor>
    void on_setup(Executor &executor) const {
        executor.env = environment;
    }

    template<typename Executor>
    void on_exec_setup(Executor &) const {
        const bool ready = setpgid(0, 0) == 0 && reset_signals() && place_descriptors() &&
                           (!options.dies_with_us || die_with_parent());
        if (!ready)
            _exit(EXIT_FAILURE);
    }

    template<typename Executor>
    void on_error(Executor &executor, const std::error_code &) const {
        if (executor.pid > 0)
            waitpid(executor.pid, nullptr, 0);
    }

  private:
    [[nodiscard]] static bool reset_signals() {
        struct sigaction action {};

        action.sa_handler = SIG_DFL;
        for (int number = 1; number < NSIG; ++number)
            sigaction(number, &action, nullptr);
        sigset_t none;
        sigemptyset(&none);
        return sigprocmask(SIG_SETMASK, &none, nullptr) == 0;
    }

    [[nodiscard]] bool place_descriptors() const {
        if (dup2(in, STDIN_FILENO) < 0 || dup2(options.out, STDOUT_FILENO) < 0 ||
            dup2(options.err, STDERR_FILENO) < 0)
            return false;
        close_on_exec_from(k_first_free);
        for (const int fd : *inherited)
            if (fcntl(fd, F_SETFD, 0) != 0)
                return false;
        return true;
    }

    [[nodiscard]] bool die_with_parent() const {
        return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
    }
};

UniqueFd open_pidfd(pid_t pid) {
    // The header of glibc 2.36 declares pidfd_open() in a way C++ cannot link.
    return UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

UniqueFd open_input(const std::string &input) {
    if (input.empty())
        return above_standard_streams(open_file("/dev/null", O_RDONLY));
    // A file in memory needs no feeding and cannot raise SIGPIPE, whatever its size.
    UniqueFd file(memfd_create("input", MFD_CLOEXEC));
    if (!file)
        throw system_error("create", "a file in memory", errno);
    write_all(file.get(), input, "a file in memory");
    if (lseek(file.get(), 0, SEEK_SET) != 0)
        throw system_error("rewind", "a file in memory", errno);
    return above_standard_streams(std::move(file));
}

std::string resolve(const std::string &program) {
    if (const auto path = find_program(program))
        return *path;
    throw Error(ErrorKind::unavailable, fmt::format("the program {} is not there", escape(program)),
                "install it, or add its directory to PATH");
}

void refuse_nul(const ProcessSpec &spec) {
    for (const std::string &argument : spec.arguments)
        if (argument.find('\0') != std::string::npos)
            throw Error(ErrorKind::invalid,
                        fmt::format("an argument for {} holds a NUL byte", escape(spec.program)));
}

pid_t start(const ProcessSpec &spec, const SpawnOptions &options) {
    namespace bp = boost::process;
    assert(options.out >= k_first_free && options.err >= k_first_free);
    refuse_nul(spec);
    const std::string program = resolve(spec.program);
    const UniqueFd input = open_input(spec.input);
    EnvironmentBlock environment(spec);

    ChildSetup setup;
    setup.environment = environment.get();
    setup.in = input.get();
    setup.options = options;
    setup.inherited = &spec.inherited;

    std::error_code error;
    const BlockedSignals blocked;
    bp::child child(bp::exe = program, bp::args = spec.arguments, setup, error);
    if (error)
        throw Error(ErrorKind::unavailable,
                    fmt::format("cannot start {}: {}", escape(program), error.message()));
    child.detach();
    return child.id();
}

} // namespace

SpawnedProcess::SpawnedProcess(const ProcessSpec &spec, const SpawnOptions &options)
    : pid_(start(spec, options)), pidfd_(open_pidfd(pid_)) {
    if (!pidfd_) {
        const int code = errno;
        reap();
        throw system_error("watch", spec.program, code);
    }
}

SpawnedProcess::~SpawnedProcess() {
    if (!reaped_)
        reap();
}

bool SpawnedProcess::ended(std::chrono::milliseconds patience) const {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd waiting{pidfd_.get(), POLLIN, 0};
        if (poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) > 0)
            return true;
        if (left.count() <= 0)
            return false;
    }
}

void SpawnedProcess::signal_group(int number) const {
    assert(!reaped_);
    kill(-pid_, number);
}

int SpawnedProcess::reap() {
    signal_group(SIGKILL);
    kill(pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    reaped_ = true;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace retouch
