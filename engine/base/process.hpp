#pragma once
// Process: child processes in a process group of their own. No shell; only the descriptors named
// here reach the child; they die with us and are always reaped.

#include "base/process_handle.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace retouch::base {

struct ProcessSpec {
    std::string program;                ///< absolute, or a name looked up in PATH
    std::vector<std::string> arguments; ///< without the program's name
    /// The whole environment of the child; nullopt: this process's own.
    std::optional<std::vector<std::pair<std::string, std::string>>> environment;
    std::string input;                   ///< for standard input; empty: /dev/null
    std::size_t output_bound = 1U << 20; ///< bytes kept of each stream, from its end
    std::optional<std::chrono::milliseconds> time_limit;
    /// run_process only: what to do once the program has begun, such as closing what only it is to
    /// hold. When it throws, the program is ended.
    std::function<void(const ProcessHandle &)> begun;
    /// run_process only: each hangs up or becomes readable when something dies without which the
    /// program is of no use, and which outlives it; then the program is ended.
    std::vector<int> lifelines;
    /// Descriptors of this process the child gets under the same number.
    std::vector<int> inherited;
    bool many_descriptors = false; ///< it may have as many as we; see descriptors.hpp
    std::filesystem::path log; ///< ChildProcess only: receives stdout and stderr; empty: /dev/null
};

/// How a process ended.
struct ProcessEnd {
    int exit_status = 0; ///< 128+N when signal N ended it
    int signal = 0;      ///< what ended it; 0 when it ended by itself, whatever its status

    /// "was killed (signal 9)", "ended with exit status 3".
    [[nodiscard]] std::string text() const;
};

struct ProcessResult {
    int exit_status = 0; ///< as in ProcessEnd
    int signal = 0;
    bool timed_out = false;
    bool lost = false; ///< a lifeline told of an end before the program had ended
    std::string out;
    std::string err;
    std::uint64_t out_total = 0; ///< bytes written, kept or not
    std::uint64_t err_total = 0;
    double seconds = 0;

    [[nodiscard]] bool ok() const { return exit_status == 0 && !timed_out && !lost; }
};

/// Runs to its end, or to the time limit or the loss of a lifeline: then the whole group gets
/// SIGTERM and, two seconds later, SIGKILL. What is left of the group when the program itself has
/// ended is killed. A pending interruption (see interrupt.hpp) ends it the same way and throws.
/// Throws Error: unavailable when the program is missing or there is no descriptor, process or
/// memory to run it.
[[nodiscard]] ProcessResult run_process(const ProcessSpec &spec);

/// Like run_process, but a failure of the program is an Error, "cannot DOING: ...", quoting the end
/// of its stderr.
ProcessResult run_checked(const ProcessSpec &spec, std::string_view doing);

class SpawnedProcess;

/// A helper that runs beside us and dies with the thread that starts it (PR_SET_PDEATHSIG). The
/// destructor ends and reaps it.
class ChildProcess {
  public:
    explicit ChildProcess(const ProcessSpec &spec);
    ~ChildProcess();
    ChildProcess(ChildProcess &&other) noexcept;
    ChildProcess &operator=(ChildProcess &&) = delete;
    ChildProcess(const ChildProcess &) = delete;
    ChildProcess &operator=(const ChildProcess &) = delete;

    [[nodiscard]] pid_t pid() const { return pid_.number(); }

    /// True while it has not ended.
    [[nodiscard]] bool running() const;

    /// How it ended by itself; nullopt while it runs, and once it was stopped.
    [[nodiscard]] std::optional<ProcessEnd> end() const;

    /// A hold of one's own, for another thread. Requires: not stopped. Throws Error.
    [[nodiscard]] ProcessHandle hold() const;

    /// SIGTERM to the group, again twice a second, SIGKILL after `patience`; waits for the end. A
    /// helper that has ended by itself is only reaped. Once is
    /// not enough: a program that looks at a flag before it waits may sleep on, as
    /// qemu-storage-daemon 7.2 does (1 of 400 stops, measured).
    ProcessEnd stop(std::chrono::milliseconds patience = std::chrono::seconds(10));

  private:
    std::unique_ptr<SpawnedProcess> process_; ///< empty once stopped
    ProcessId pid_;
    ProcessEnd end_;
};

/// The path of a program in PATH (and /usr/sbin, /sbin), or nullopt. Relative entries of PATH do
/// not count. A name with a slash is itself the path.
[[nodiscard]] std::optional<std::string> find_program(const std::string &name);

} // namespace retouch::base
