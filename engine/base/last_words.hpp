#pragma once
// What a helper said before it ended.

#include <filesystem>
#include <string>

namespace retouch::base {

inline constexpr const char *k_no_last_words = "it said nothing";

/// The end of what stands in `log`, safe to print; k_no_last_words.
[[nodiscard]] std::string last_words(const std::filesystem::path &log);

} // namespace retouch::base
