#pragma once
// SshKey: one line of an authorized_keys file. It touches no disk.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::steps {

struct SshKey {
    std::string options; ///< before the key: "restrict,command=..."; may be empty
    std::string type;    ///< "ssh-ed25519"
    std::string body;    ///< base64

    bool operator==(const SshKey &) const = default;
};

/// nullopt for a line that is no key, blank ones and comments included.
[[nodiscard]] std::optional<SshKey> ssh_key(std::string_view line);

/// Whether one of the lines of `text` is this key, with the same options.
[[nodiscard]] bool holds_key(std::string_view text, const SshKey &key);

} // namespace retouch::steps
