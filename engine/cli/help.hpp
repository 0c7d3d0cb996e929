#pragma once
// Help: the texts of --help, made from the tree of commands: examples first, then arguments and
// options, exit codes last.

#include <CLI/CLI.hpp>
#include <string>

namespace retouch::cli {

/// Everything about the program or one command. Ends with a newline.
[[nodiscard]] std::string help_text(const CLI::App &app);

/// What the program prints when it is called without a command.
[[nodiscard]] std::string short_help_text(const CLI::App &app);

} // namespace retouch::cli
