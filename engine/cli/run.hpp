#pragma once
// Run: the whole program as a function: from the words of the command line to the exit code.

#include <string>
#include <vector>

namespace retouch::cli {

/// `arguments` without the program's name. Prints to the standard streams; throws nothing.
[[nodiscard]] int run_cli(const std::vector<std::string> &arguments);

} // namespace retouch::cli
