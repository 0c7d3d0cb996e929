#pragma once
// The key under which this host knows secrets again: a fingerprint holds keyed digests of them,
// from which nobody without the key can guess one.

#include <filesystem>
#include <string>

namespace retouch::cli {

/// What is in `file`. Throws Error: bad_config when others may read it, or it is no key.
[[nodiscard]] std::string read_secret_key(const std::filesystem::path &file);

/// The same; a file that is not there is made first, readable for its owner alone. Of two that make
/// it at once both get the same.
[[nodiscard]] std::string own_secret_key(const std::filesystem::path &file);

} // namespace retouch::cli
