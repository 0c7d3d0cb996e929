// Console: writes whole texts with write(2), so that nothing lingers in a buffer when the process
// ends in any way.
// Waiting for an answer also waits for signals: Ctrl-C at the question rolls back at once.

#include "cli/console.hpp"

#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "render/style.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace retouch {

namespace {

/// 0, or the errno of the failure.
int write_fully(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return errno;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

void wait_for_input() {
    pollfd waited[] = {{STDIN_FILENO, POLLIN, 0}, {interrupt_fd(), POLLIN, 0}};
    while (::poll(waited, interrupt_fd() >= 0 ? 2 : 1, -1) < 0 && errno == EINTR)
        check_interrupt();
    check_interrupt();
}

} // namespace

bool wants_colour(Colour choice, const Environment &environment, bool terminal) {
    if (choice != Colour::automatic)
        return choice == Colour::always;
    if (environment.get("NO_COLOR"))
        return false;
    if (const auto force = environment.get("CLICOLOR_FORCE"); force && *force != "0")
        return true;
    return terminal && environment.get("TERM") != "dumb";
}

void fill_closed_streams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) >= 0)
            continue;
        // Read-only for standard output: writing results to nowhere must fail.
        const int flags = stream == STDERR_FILENO ? O_RDWR : O_RDONLY;
        if (::open("/dev/null", flags) != stream)
            std::abort();
    }
}

Console::Console(const Environment &environment)
    : environment_(environment),
      out_terminal_(::isatty(STDOUT_FILENO) == 1),
      err_terminal_(::isatty(STDERR_FILENO) == 1),
      in_terminal_(::isatty(STDIN_FILENO) == 1) {}

void Console::out(std::string_view text) {
    if (reader_gone_)
        return;
    const int code = write_fully(STDOUT_FILENO, text);
    if (code == EPIPE)
        reader_gone_ = true;
    else if (code != 0)
        throw system_error("write to", "standard output", code);
}

void Console::err(std::string_view text) {
    write_fully(STDERR_FILENO, text);
}

void Console::error(const Error &error) {
    const Style style(err_colour());
    std::string text = fmt::format("{} {}\n", style.red("error:"), error.what());
    for (const std::string &line : split_lines(error.hint()))
        text += fmt::format("  {}\n", line);
    err(text);
}

void Console::warn(std::string_view message) {
    err(fmt::format("{} {}\n", Style(err_colour()).yellow("warning:"), message));
}

bool Console::out_colour() const {
    return wants_colour(colour_, environment_, out_terminal_);
}

bool Console::err_colour() const {
    return wants_colour(colour_, environment_, err_terminal_);
}

bool Console::live() const {
    return err_terminal_ && environment_.get("TERM") != "dumb";
}

bool Console::can_ask() const {
    return in_terminal_ && err_terminal_;
}

std::size_t Console::width() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

bool Console::ask(const std::string &question) {
    constexpr std::size_t k_longest = 64;
    err(question);
    std::string answer;
    char character = 0;
    while (answer.size() < k_longest && character != '\n') {
        try {
            wait_for_input();
        } catch (const Error &) {
            err("\n");
            throw;
        }
        if (::read(STDIN_FILENO, &character, 1) != 1) {
            err("\n");
            return false;
        }
        answer += character;
    }
    return trim(answer) == "yes";
}

} // namespace retouch
