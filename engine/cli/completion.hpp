#pragma once
// Completion: scripts for shells, generated from the tree of commands, so that they can never know
// other words than the program does.

#include "cli/completion_tree.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace retouch {

/// The program itself first, then every command.
[[nodiscard]] std::vector<CompletionCommand> completion_tree(const CLI::App &app);

/// `shell` is bash, zsh or fish.
[[nodiscard]] std::string completion_script(const CLI::App &app, const std::string &shell);

} // namespace retouch
