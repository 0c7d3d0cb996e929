#pragma once
// Completion scripts: what a shell needs to ask this program what fits (see run.cpp). They hold no
// words of the program, so one that was installed long ago still knows every option.

#include <string>

namespace retouch::cli {

/// `shell` is bash, zsh or fish.
[[nodiscard]] std::string completion_script(const std::string &shell);

} // namespace retouch::cli
