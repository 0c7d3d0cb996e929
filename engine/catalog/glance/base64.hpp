#pragma once
// Base64 (RFC 4648, with padding), for headers.

#include <string>
#include <string_view>

namespace retouch::catalog {

[[nodiscard]] std::string base64(std::string_view bytes);

} // namespace retouch::catalog
