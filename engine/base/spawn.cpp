// A child is cloned together with its pidfd, so the kernel makes both or neither. What goes wrong
// in it before it is another program comes back as an errno through a pipe that exec closes.

#include "base/spawn.hpp"

#include "base/blocked_signals.hpp"
#include "base/child_start.hpp"
#include "base/descriptors.hpp"
#include "base/interrupt.hpp"
#include "base/output_pipe.hpp"
#include "base/shortage.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <cassert>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace retouch::base {

namespace {

/// Strings and the null-terminated array of them that exec wants.
class StringBlock {
  public:
    explicit StringBlock(std::vector<std::string> strings) : strings_(std::move(strings)) {
        for (std::string &string : strings_)
            pointers_.push_back(string.data());
        pointers_.push_back(nullptr);
    }

    StringBlock(const StringBlock &) = delete;
    StringBlock &operator=(const StringBlock &) = delete;

    [[nodiscard]] char **get() { return pointers_.data(); }

  private:
    std::vector<std::string> strings_;
    std::vector<char *> pointers_;
};

std::vector<std::string> argument_strings(const std::string &program, const ProcessSpec &spec) {
    std::vector<std::string> strings = {program};
    strings.insert(strings.end(), spec.arguments.begin(), spec.arguments.end());
    return strings;
}

/// "NAME=VALUE"; nothing when the child gets our own.
std::vector<std::string> environment_strings(const ProcessSpec &spec) {
    std::vector<std::string> strings;
    if (spec.environment)
        for (const auto &[name, value] : *spec.environment)
            strings.push_back(fmt::format("{}={}", name, value));
    return strings;
}

UniqueFd open_input(const std::string &input) {
    if (input.empty())
        return above_standard_streams(open_file("/dev/null", O_RDONLY));
    // A file in memory needs no feeding and cannot raise SIGPIPE, whatever its size.
    UniqueFd file(memfd_create("input", MFD_CLOEXEC));
    if (!file)
        throw shortage_error("create a file in memory", errno);
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

/// Waits for the child to become the program, which takes as long as reading the program does: 0,
/// or the errno of what kept it from that.
int outcome_of_start(const UniqueFd &failure) {
    constexpr int k_look_again_milliseconds = 100;
    pollfd waiting{failure.get(), POLLIN, 0};
    while (poll(&waiting, 1, k_look_again_milliseconds) <= 0)
        check_interrupt();
    int code = 0;
    return read(failure.get(), &code, sizeof code) == sizeof code ? code : 0;
}

/// The hold on a child that is about to become the program, or to fail and tell it.
ProcessHandle start(const ProcessSpec &spec, const SpawnOptions &options, UniqueFd &failed) {
    assert(options.out > STDERR_FILENO && options.err > STDERR_FILENO);
    refuse_nul(spec);
    const std::string program = resolve(spec.program);
    const UniqueFd input = open_input(spec.input);
    Pipe failure;
    StringBlock arguments(argument_strings(program, spec));
    StringBlock environment(environment_strings(spec));

    ChildStart child;
    child.program = program.c_str();
    child.arguments = arguments.get();
    child.environment = spec.environment ? environment.get() : ::environ;
    child.in = input.get();
    child.out = options.out;
    child.err = options.err;
    child.failure = failure.write_end.get();
    child.inherited = spec.inherited;
    child.parent = getpid();
    if (!spec.many_descriptors)
        child.descriptors = former_descriptor_limit();

    // No handler of ours may run in the child between its birth and exec.
    const BlockedSignals blocked;
    UniqueFd pidfd;
    const pid_t pid = clone_child(child, pidfd);
    if (pid < 0)
        throw shortage_error(fmt::format("start {}", escape(program)), errno);
    failed = std::move(failure.read_end);
    return {ProcessId(pid), std::move(pidfd)};
}

} // namespace

SpawnedProcess::SpawnedProcess(const ProcessSpec &spec, const SpawnOptions &options)
    : SpawnedProcess(spec, options, UniqueFd()) {
    if (const int code = outcome_of_start(failure_))
        throw shortage_error(fmt::format("start {}", escape(resolve(spec.program))), code);
    failure_.reset();
}

SpawnedProcess::SpawnedProcess(const ProcessSpec &spec, const SpawnOptions &options,
                               UniqueFd &&failure)
    : handle_(start(spec, options, failure)), failure_(std::move(failure)) {}

SpawnedProcess::~SpawnedProcess() {
    if (!reaped_)
        reap();
}

std::optional<ProcessEnd> SpawnedProcess::end() const {
    siginfo_t seen{};
    const auto id = static_cast<id_t>(handle_.id().number());
    if (waitid(P_PID, id, &seen, WEXITED | WNOHANG | WNOWAIT) != 0 || seen.si_pid == 0)
        return std::nullopt;
    if (seen.si_code == CLD_EXITED)
        return ProcessEnd{seen.si_status, 0};
    return ProcessEnd{128 + seen.si_status, seen.si_status};
}

void SpawnedProcess::signal_group(int number) const {
    assert(!reaped_);
    handle_.signal_group(number);
}

ProcessEnd SpawnedProcess::reap() {
    signal_group(SIGKILL);
    handle_.signal(SIGKILL);
    int status = 0;
    while (waitpid(handle_.id().number(), &status, 0) < 0 && errno == EINTR) {
    }
    reaped_ = true;
    return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
            WIFSIGNALED(status) ? WTERMSIG(status) : 0};
}

} // namespace retouch::base
