// Exit codes: one number for several outcomes. See the header; docs/cli.md has the whole table.
// What a single error ends with is base/exit_code.hpp.
// No code is lost to a caller that reads the report instead.

#include "cli/exit_codes.hpp"

#include <algorithm>

namespace retouch::cli {

int combined_exit_code(std::span<const int> codes) {
    constexpr int k_failed = 1;
    constexpr int k_some_failed = 3;
    if (codes.empty())
        return 0;
    const int worst = std::ranges::max(codes);
    if (is_interruption(worst))
        return worst;
    if (std::ranges::all_of(codes, [&](int code) { return code == codes.front(); }))
        return codes.front();
    return std::ranges::find(codes, 0) != codes.end() ? k_some_failed : k_failed;
}

} // namespace retouch::cli
