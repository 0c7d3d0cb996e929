#pragma once
// Effect lines: an effect as the few lines that every view of it shows, and the differences of
// texts that go with them. All of it is bounded and safe to print; the JSON form has the rest.

#include "render/effect_words.hpp"
#include "retouch/effect.hpp"

#include <string>
#include <vector>

namespace retouch::render {

inline constexpr std::size_t k_effect_file_lines = 12;
inline constexpr std::size_t k_effect_diff_lines = 40;       ///< of one file
inline constexpr std::size_t k_effect_diff_lines_new = 20;   ///< of one that was not there
inline constexpr std::size_t k_effect_diff_lines_step = 200; ///< of one step

/// Packages, services, accounts, what gives rights to whoever runs it, then files by directory in
/// at most `file_lines` lines; of what is volatile (model/volatile_change.hpp) what is run by name,
/// as long as there are no more than 40, and the rest in a few lines.
[[nodiscard]] std::vector<EffectLine> effect_lines(const Effect &effect,
                                                   const std::vector<std::string> &volatile_paths,
                                                   std::size_t file_lines = k_effect_file_lines);

/// Lines of the unified diffs, but for volatile paths; what is left out is told in lines of "...".
/// Empty without any diff.
[[nodiscard]] std::vector<std::string>
effect_diff_lines(const Effect &effect, const std::vector<std::string> &volatile_paths);

} // namespace retouch::render
