#pragma once
// Target markdown: one image of a plan as a block to open, in as much detail as there is room for.

#include "retouch/plan.hpp"

#include <string>

namespace retouch::render {

enum class Detail {
    all,
    no_diffs, ///< what runs and what it did, without the contents of files
    brief,    ///< steps, properties and how it is published
};

/// Ends with a newline. What is left out is said.
[[nodiscard]] std::string target_markdown(const Target &target, Detail detail);

/// "create a new image", ...
[[nodiscard]] std::string_view action_words(Action action);

} // namespace retouch::render
