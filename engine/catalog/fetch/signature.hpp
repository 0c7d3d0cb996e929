#pragma once
// Signatures of OpenPGP, detached or around a text, verified by the system's gpgv(1) with nothing
// but the key that is given: no keyring of the user, no key server.

#include <string>
#include <string_view>

namespace retouch::catalog {

struct SignedText {
    std::string_view text;
    std::string_view signature; ///< armored or not
    std::string_view key;       ///< packets of public keys (RFC 9580), without armor
    std::string_view shown;     ///< what the text is, for errors; escaped
};

/// Throws Error: failed, in gpgv's words, unless a key made the signature, and neither has expired
/// or was revoked; unavailable without gpgv.
void require_signature(const SignedText &signed_text);

/// What is signed of `text`, which has its signature around it (clear-signed): nothing that stands
/// beside it. `key` and `shown` as above. Throws as require_signature() does.
[[nodiscard]] std::string text_within_signature(std::string_view text, std::string_view key,
                                                std::string_view shown);

} // namespace retouch::catalog
