#pragma once
// Notice: what the first process of a command's namespaces tells the runner outside, through a
// pipe. Part of the runner.

#include <array>
#include <string_view>

namespace retouch::guest {

struct Notice {
    enum class Kind : int { started, no_shell, no_directory, failed, ended };

    Kind kind = Kind::failed;
    int status = 0;
    std::array<char, 256> text{};
};

/// One write to a pipe, so it arrives whole. `text` is for failures.
void tell(int pipe, Notice::Kind kind, int status, std::string_view text = {});

} // namespace retouch::guest
