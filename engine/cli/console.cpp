// Console: writes whole texts with write(2), so that nothing lingers in a buffer when the process
// ends in any way.
// Waiting for an answer or a reader also waits for signals: Ctrl-C at the question rolls back at
// once, and who does not read cannot keep the program from ending.

#include "cli/console.hpp"

#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "base/undelivered.hpp"
#include "base/waiting.hpp"
#include "render/message.hpp"
#include "render/style.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace retouch::cli {

namespace {

/// True when standard error takes more; false when nobody reads it while a signal asks to end.
bool await_reader_of_errors() {
    constexpr std::chrono::milliseconds k_look{100};
    while (base::pending_interrupt() == 0)
        if (base::ready_within(STDERR_FILENO, POLLOUT, k_look))
            return true;
    return false;
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
    while (!reader_gone_ && !text.empty()) {
        const ssize_t written = base::write_ready(STDOUT_FILENO, text);
        if (written == -EPIPE) {
            reader_gone_ = true;
        } else if (written < 0) {
            throw base::Undelivered(
                base::system_error("write to", "standard output", static_cast<int>(-written)));
        } else if (written == 0) {
            base::wait_for_events(STDOUT_FILENO, POLLOUT);
        } else {
            text.remove_prefix(static_cast<std::size_t>(written));
        }
    }
}

void Console::err(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = base::write_ready(STDERR_FILENO, text);
        if (written < 0 || (written == 0 && !await_reader_of_errors()))
            return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

void Console::error(const Error &error) {
    const render::Style style(err_colour());
    std::string text =
        fmt::format("{} {}\n", style.red("error:"), render::message_text(error.what(), 2));
    if (!error.hint().empty())
        text += fmt::format("  {}\n", render::message_text(error.hint(), 2, true));
    err(text);
}

void Console::warn(std::string_view message) {
    err(fmt::format("{} {}\n", render::Style(err_colour()).yellow("warning:"),
                    render::message_text(message, 2)));
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
    std::array<char, 1> character{};
    while (answer.size() < k_longest && character[0] != '\n') {
        try {
            base::wait_for_events(STDIN_FILENO, POLLIN);
            if (base::read_some(STDIN_FILENO, character, "standard input") == 0)
                throw Error(ErrorKind::failed, "nobody answered");
        } catch (const Error &error) {
            err("\n");
            if (error.kind() == ErrorKind::interrupted)
                throw;
            return false;
        }
        answer += character[0];
    }
    return base::trim(answer) == "yes";
}

} // namespace retouch::cli
