#pragma once
// The armor of OpenPGP (RFC 9580, section 6): packets as text. Pure functions on untrusted bytes.

#include <string>
#include <string_view>

namespace retouch::steps {

[[nodiscard]] bool is_armored(std::string_view bytes);

/// The packets of all blocks of public keys, joined; empty when there is none or one is damaged.
[[nodiscard]] std::string without_armor(std::string_view text);

/// As one block of public keys.
[[nodiscard]] std::string armored(std::string_view packets);

} // namespace retouch::steps
