#pragma once
// Base64 (RFC 4648, section 4), with padding and without line ends.

#include <optional>
#include <string>
#include <string_view>

namespace retouch::base {

[[nodiscard]] std::string base64(std::string_view bytes);

/// nullopt for anything that base64() would not have written.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

} // namespace retouch::base
