// One poll loop over the streams, the notices and the end of the first process. The time limit is
// for the command: it begins when the shell is about to start.

#include "guest/appliance/runner/supervision.hpp"

#include "base/pidfd.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <ctime>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

std::uint64_t microseconds_now() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1000000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

/// Bytes as hexadecimal digits.
std::string stream_lines(const std::string &name, const StreamTail &tail) {
    constexpr const char *digits = "0123456789abcdef";
    std::string text = name + "_total " + std::to_string(tail.total()) + "\n" + name + " ";
    for (const char letter : tail.text()) {
        const auto byte = static_cast<unsigned char>(letter);
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text + "\n";
}

} // namespace

void StreamTail::take() {
    std::array<char, 65536> buffer; // filled before it is read
    const ssize_t got = read(fd_, buffer.data(), buffer.size());
    if (got <= 0) {
        close(fd_);
        fd_ = -1;
        return;
    }
    total_ += static_cast<std::uint64_t>(got);
    kept_.append(buffer.data(), static_cast<std::size_t>(got));
    if (kept_.size() > 4 * bound_)
        kept_.erase(0, kept_.size() - bound_);
}

Supervision::Supervision(const Pipes &pipes, const Job &job)
    : out_(pipes.out[0], job.output_bound),
      err_(pipes.err[0], job.output_bound),
      notices_(pipes.notices[0]),
      limit_(job.limit_seconds * 1000000) {}

void Supervision::watch(pid_t first, int first_fd) {
    bool gone = false;
    while (out_.fd() >= 0 || err_.fd() >= 0 || notices_ >= 0 || !gone) {
        std::array<pollfd, 4> waiting{{{out_.fd(), POLLIN, 0},
                                       {err_.fd(), POLLIN, 0},
                                       {notices_, POLLIN, 0},
                                       {gone ? -1 : first_fd, POLLIN, 0}}};
        poll(waiting.data(), waiting.size(), milliseconds_left());
        if (waiting[0].revents != 0)
            out_.take();
        if (waiting[1].revents != 0)
            err_.take();
        if (waiting[2].revents != 0)
            hear();
        if (waiting[3].revents != 0) {
            gone = true;
            ended_at_ = microseconds_now();
            waitpid(first, nullptr, 0);
        }
        if (!gone && waiting_for_command() && milliseconds_left() == 0) {
            late_ = true;
            base::send_signal(first_fd, SIGKILL);
        }
    }
}

std::string Supervision::report(bool stopped) const {
    if (failure_.kind != Notice::Kind::started || !started_ || (!ended_ && !late_ && !stopped))
        return report_failure();
    const int code = ended_ ? status_ : 128 + SIGKILL;
    const std::string status = late_ ? "" : "status " + std::to_string(code) + "\n";
    return status + "microseconds " + std::to_string(ended_at_ - started_at_) + "\n" +
           stream_lines("out", out_) + stream_lines("err", err_);
}

/// For poll; -1 when there is nothing to wait for.
int Supervision::milliseconds_left() const {
    if (!waiting_for_command())
        return -1;
    const std::uint64_t passed = microseconds_now() - started_at_;
    if (passed >= limit_)
        return 0;
    return static_cast<int>(std::min<std::uint64_t>((limit_ - passed) / 1000 + 1, 3600000));
}

void Supervision::hear() {
    Notice notice;
    if (read(notices_, &notice, sizeof notice) != sizeof notice) {
        close(notices_);
        notices_ = -1;
    } else if (notice.kind == Notice::Kind::started) {
        started_ = true;
        started_at_ = microseconds_now();
    } else if (notice.kind == Notice::Kind::ended) {
        ended_ = true;
        status_ = notice.status;
    } else if (failure_.kind == Notice::Kind::started) {
        failure_ = notice;
    }
}

std::string Supervision::report_failure() const {
    const char *why = failure_.kind == Notice::Kind::no_shell       ? "shell"
                      : failure_.kind == Notice::Kind::no_directory ? "directory"
                                                                    : "start";
    const bool told = failure_.kind != Notice::Kind::started;
    std::string detail = told ? failure_.text.data() : "it was ended from outside";
    if (failure_.status != 0)
        detail += std::string(": ") + std::strerror(failure_.status);
    return std::string("failed ") + why + "\ndetail " + detail + "\n";
}

} // namespace retouch::guest
