#pragma once
// Ownership: may somebody else have written a file that was found, not named? Such a file decides
// what this program does, so it is used only when nobody but the caller and root can change it.

#include <filesystem>
#include <optional>
#include <string>

namespace retouch::base {

/// Why others can change `file`, or put another one in its place: "it belongs to the user
/// 'nobody'"; nullopt when they cannot. Root, the caller, and with sudo who called it, may.
[[nodiscard]] std::optional<std::string> open_to_others(const std::filesystem::path &file);

} // namespace retouch::base
