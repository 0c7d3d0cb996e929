// The systems a step runs on: which they are, and in words.

#include "retouch/step.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace retouch {

bool StepSystems::include(const std::string &system) const {
    return std::ranges::binary_search(names, system) != all_but;
}

std::string StepSystems::words() const {
    if (names.empty())
        return all_but ? "" : "on no system";
    return fmt::format("{} {}", all_but ? "not on" : "only on", fmt::join(names, ", "));
}

} // namespace retouch
