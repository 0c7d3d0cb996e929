#pragma once
// Public keys of OpenPGP (RFC 9580), as repositories are signed by them: their armor and their
// fingerprints. Nothing is verified with them here. Pure functions on untrusted bytes.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::steps {

struct OpenPgpKeys {
    std::string armored;                   ///< all packets in one block, with a final line end
    std::vector<std::string> fingerprints; ///< of primary keys, upper-case hex, in their order
};

/// Of a file with one or more keys, armored or not. nullopt when it has no public key, holds a
/// secret one, or cannot be read as such.
[[nodiscard]] std::optional<OpenPgpKeys> openpgp_keys(std::string_view bytes);

/// Upper-case hex without blanks; nullopt when it is no fingerprint of 40 or 64 digits.
[[nodiscard]] std::optional<std::string> plain_fingerprint(std::string_view spelled);

/// In groups of four, as gpg shows it.
[[nodiscard]] std::string shown_fingerprint(std::string_view plain);

} // namespace retouch::steps
