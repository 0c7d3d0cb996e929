#pragma once
// Hashes of passwords: made and compared as crypt(5) says, by the system's libcrypt.
// Thread-safe.

#include "base/secret.hpp"

#include <string>

namespace retouch::base {

/// Of SHA-512 ("$6$"), which every system knows. `salt`: 1 to 16 letters and digits. Throws Error.
[[nodiscard]] std::string password_hash(const Secret &password, const std::string &salt);

/// False also for what is no hash that is known here. Throws Error: unavailable without libcrypt.
[[nodiscard]] bool is_hash_of(const std::string &hash, const Secret &password);

} // namespace retouch::base
