#pragma once
// Console: the standard streams: results on one, everything else on the other, colour where it is
// wanted, and the one question the program asks. It knows no command.

#include "cli/environment.hpp"
#include "retouch/error.hpp"

#include <string>
#include <string_view>

namespace retouch::cli {

enum class Colour { automatic, always, never };

/// --color, then NO_COLOR, then CLICOLOR_FORCE, then whether the stream is a terminal that can.
[[nodiscard]] bool wants_colour(Colour choice, const Environment &environment, bool terminal);

/// Puts something harmless where a standard stream is closed, so that no file opened later gets its
/// number and with it our output. Called before anything is opened.
void fill_closed_streams();

class Console {
  public:
    explicit Console(const Environment &environment);

    void set_colour(Colour choice) { colour_ = choice; }

    /// Writes a result to standard output. A reader that went away is no error.
    /// Throws Undelivered when it cannot be written (a full disk behind a redirection); Error:
    /// interrupted while nobody reads it.
    void out(std::string_view text);

    /// Writes anything else to standard error; failures are ignored, there is nowhere to tell.
    /// Once a signal asks to end, nobody is waited for.
    void err(std::string_view text);

    /// "error: WHAT", and the hint under it.
    void error(const Error &error);

    void warn(std::string_view message);

    [[nodiscard]] bool out_colour() const;
    [[nodiscard]] bool err_colour() const;

    /// Standard error is a terminal that can redraw a line.
    [[nodiscard]] bool live() const;

    /// A person is there to be asked: standard input and standard error are terminals.
    [[nodiscard]] bool can_ask() const;

    /// Columns of the terminal behind standard error; 80 when unknown.
    [[nodiscard]] static std::size_t width();

    /// Asks on standard error; true only for the full word "yes". Throws Error: interrupted.
    [[nodiscard]] bool ask(const std::string &question);

  private:
    const Environment &environment_;
    Colour colour_ = Colour::automatic;
    bool out_terminal_;
    bool err_terminal_;
    bool in_terminal_;
    bool reader_gone_ = false;
};

} // namespace retouch::cli
