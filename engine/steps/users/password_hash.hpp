#pragma once
// Hashes of passwords as crypt(5) writes them. Nothing is hashed here.

#include <string_view>

namespace retouch::steps {

/// "$6$salt$hash": a method that is known, and text that ends no field of /etc/shadow.
[[nodiscard]] bool is_password_hash(std::string_view text);

} // namespace retouch::steps
