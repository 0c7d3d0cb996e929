// Process: running children to their end and keeping helpers beside us.
// One poll loop watches the child, its output, the clock and interruption; nothing here blocks on a
// pipe. Starting and reaping are spawn.cpp's.

#include "base/process.hpp"

#include "base/clock.hpp"
#include "base/interrupt.hpp"
#include "base/output_pipe.hpp"
#include "base/spawn.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace retouch::base {

namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds k_term_to_kill{2000};
constexpr milliseconds k_leftover_patience{250};
constexpr milliseconds k_ask_again{500};

/// One that is stopped takes SIGTERM only once it goes on.
void ask_to_end(const SpawnedProcess &process) {
    process.signal_group(SIGTERM);
    process.signal_group(SIGCONT);
}

milliseconds left_until(SteadyClock::time_point deadline) {
    return std::max(milliseconds(0),
                    std::chrono::ceil<milliseconds>(deadline - SteadyClock::now()));
}

/// Watches one child until it has ended and its output is in.
class Supervision {
  public:
    Supervision(const SpawnedProcess &process, OutputPipe &out, OutputPipe &err,
                const ProcessSpec &spec)
        : process_(process), out_(out), err_(err), lifelines_(spec.lifelines) {
        if (spec.time_limit)
            stop_at_ = SteadyClock::now() + *spec.time_limit;
    }

    void until_end() {
        while (!process_.ended(milliseconds(0))) {
            act_when_due();
            wait(process_.handle().fd(), std::min(stop_at_, kill_at_));
        }
        look_at_lifelines();
    }

    /// Takes what is still in the pipes. Whoever else holds them open is not waited for.
    void drain_leftovers() {
        const auto deadline = SteadyClock::now() + k_leftover_patience;
        while ((out_.fd() >= 0 || err_.fd() >= 0) && SteadyClock::now() < deadline)
            wait(-1, deadline);
    }

    [[nodiscard]] bool timed_out() const { return timed_out_; }

    [[nodiscard]] bool lost() const { return lost_; }

    [[nodiscard]] bool interrupted() const { return interrupted_; }

  private:
    static constexpr SteadyClock::time_point k_never = SteadyClock::time_point::max();

    void act_when_due() {
        const auto now = SteadyClock::now();
        if (now >= kill_at_) {
            process_.signal_group(SIGKILL);
            kill_at_ = k_never;
        }
        if (stopping_)
            return;
        timed_out_ = now >= stop_at_;
        interrupted_ = !timed_out_ && interrupt_due();
        if (timed_out_ || interrupted_ || lost_) {
            stopping_ = true;
            ask_to_end(process_);
            stop_at_ = k_never;
            kill_at_ = now + k_term_to_kill;
        }
    }

    void wait(int process_fd, SteadyClock::time_point until) {
        // A signal that came while a shield is up leaves its descriptor readable: look again now
        // and then instead.
        const bool signalled = pending_interrupt() != 0;
        const milliseconds longest(signalled && !stopping_ ? 100 : 60000);
        const auto left = std::min(left_until(until), longest);
        std::vector<pollfd> waiting = lines();
        waiting.insert(waiting.end(), {{process_fd, POLLIN, 0},
                                       {out_.fd(), POLLIN, 0},
                                       {err_.fd(), POLLIN, 0},
                                       {signalled ? -1 : interrupt_fd(), POLLIN, 0}});
        poll(waiting.data(), waiting.size(), static_cast<int>(left.count()));
        look_at_lifelines();
        out_.drain();
        err_.drain();
    }

    /// Once we end the program ourselves, what hangs up does so for that reason: none then.
    [[nodiscard]] std::vector<pollfd> lines() const {
        std::vector<pollfd> waiting;
        if (!stopping_)
            for (const int line : lifelines_)
                waiting.push_back({line, POLLIN, 0});
        return waiting;
    }

    void look_at_lifelines() {
        std::vector<pollfd> waiting = lines();
        lost_ = lost_ || poll(waiting.data(), waiting.size(), 0) > 0;
    }

    const SpawnedProcess &process_;
    OutputPipe &out_;
    OutputPipe &err_;
    SteadyClock::time_point stop_at_ = k_never;
    SteadyClock::time_point kill_at_ = k_never;
    bool stopping_ = false;
    bool timed_out_ = false;
    bool lost_ = false;
    bool interrupted_ = false;
    const std::vector<int> &lifelines_;
};

/// The last lines a program wrote, for an error's one sentence.
std::string last_words(const std::string &text) {
    constexpr std::size_t k_lines = 3;
    constexpr std::size_t k_bytes = 600;
    const std::string_view tail =
        std::string_view(text).substr(text.size() - std::min(text.size(), k_bytes));
    std::vector<std::string> words;
    for (const std::string &line : split_lines(tail))
        if (!trim(line).empty())
            words.push_back(escape(trim(line)));
    if (words.size() > k_lines)
        words.erase(words.begin(), words.end() - k_lines);
    return fmt::format("{}", fmt::join(words, "; "));
}

std::unique_ptr<SpawnedProcess> start_logged(const ProcessSpec &spec) {
    const UniqueFd log = above_standard_streams(
        spec.log.empty() ? open_file("/dev/null", O_WRONLY)
                         : open_file(spec.log, O_WRONLY | O_CREAT | O_APPEND, 0600));
    return std::make_unique<SpawnedProcess>(spec, SpawnOptions{log.get(), log.get()});
}

} // namespace

std::string ProcessEnd::text() const {
    if (signal == SIGKILL)
        return fmt::format("was killed (signal {})", signal);
    return signal != 0 ? fmt::format("was ended by signal {}", signal)
                       : fmt::format("ended with exit status {}", exit_status);
}

ProcessResult run_process(const ProcessSpec &spec) {
    check_interrupt();
    const Stopwatch watch;
    OutputPipe out(spec.output_bound);
    OutputPipe err(spec.output_bound);
    SpawnedProcess process(spec, {out.write_end().get(), err.write_end().get()});
    out.write_end().reset();
    err.write_end().reset();

    if (spec.begun)
        spec.begun(process.handle());

    Supervision supervision(process, out, err, spec);
    supervision.until_end();
    supervision.drain_leftovers();

    ProcessResult result;
    const ProcessEnd end = process.reap();
    result.exit_status = end.exit_status;
    result.signal = end.signal;
    if (supervision.interrupted())
        throw interrupt_error();
    result.timed_out = supervision.timed_out();
    result.lost = supervision.lost();
    result.out_total = out.total();
    result.err_total = err.total();
    result.out = out.take();
    result.err = err.take();
    result.seconds = watch.seconds();
    return result;
}

ProcessResult run_checked(const ProcessSpec &spec, std::string_view doing) {
    ProcessResult result = run_process(spec);
    if (result.ok())
        return result;
    const std::string program = escape(std::filesystem::path(spec.program).filename().string());
    const std::string words = last_words(result.err);
    throw Error(ErrorKind::failed,
                result.timed_out
                    ? fmt::format("cannot {}: {} did not end within {}", doing, program,
                                  format_seconds(std::chrono::duration<double>(
                                                     spec.time_limit.value_or(milliseconds(0)))
                                                     .count()))
                    : fmt::format("cannot {}: {} {}{}{}", doing, program,
                                  ProcessEnd{result.exit_status, result.signal}.text(),
                                  words.empty() ? "" : ": ", words));
}

ChildProcess::ChildProcess(const ProcessSpec &spec)
    : process_(start_logged(spec)), pid_(process_->handle().id()) {}

ChildProcess::~ChildProcess() {
    if (process_ != nullptr)
        stop();
}

ChildProcess::ChildProcess(ChildProcess &&other) noexcept = default;

bool ChildProcess::running() const {
    return process_ != nullptr && !process_->ended(milliseconds(0));
}

std::optional<ProcessEnd> ChildProcess::end() const {
    return process_ == nullptr ? std::nullopt : process_->end();
}

ProcessHandle ChildProcess::hold() const {
    return process_->handle().another();
}

ProcessEnd ChildProcess::stop(milliseconds patience) {
    if (process_ != nullptr) {
        const auto deadline = SteadyClock::now() + patience;
        do {
            ask_to_end(*process_);
        } while (!process_->ended(std::min(k_ask_again, left_until(deadline))) &&
                 SteadyClock::now() < deadline);
        end_ = process_->reap();
        process_.reset();
    }
    return end_;
}

} // namespace retouch::base
