#pragma once
// The key of a repository as an entry of a recipe names it.

#include "steps/support/reading.hpp"

#include <optional>

namespace retouch::steps {

/// The key as options hold it: its text under `content`, and `fingerprint` and `name` where the
/// entry has them. nullopt after an error: there is no such file, it is no key, or not the key of
/// that fingerprint.
[[nodiscard]] std::optional<Json> repository_key(const Value &entry, const Reader &reader);

/// Keys of apk are PEM, all others OpenPGP.
[[nodiscard]] bool is_pem_key(std::string_view text);

} // namespace retouch::steps
