#pragma once
// Hashes of passwords as crypt(5) writes them. Nothing is hashed here.

#include <optional>
#include <string>
#include <string_view>

namespace retouch::steps {

/// "$6$salt$hash": a method that is known, and text that ends no field of /etc/shadow.
[[nodiscard]] bool is_password_hash(std::string_view text);

/// The name of the secret when `text` is "${secret.NAME}", and nothing else.
[[nodiscard]] std::optional<std::string> secret_password(std::string_view text);

/// What stands in /etc/shadow: `password` is a hash, or names a secret.
[[nodiscard]] std::string password_field(const std::string &password);

} // namespace retouch::steps
