#pragma once
// Secret text: how a text names a secret of the recipe, ${secret.NAME}, wherever it stands until
// it reaches an image. What a name stands for is not known here.

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace retouch::base {

/// With what every such name begins.
inline constexpr std::string_view k_secret_mark = "${secret.";

/// "${secret.NAME}"
[[nodiscard]] std::string secret_reference(std::string_view name);

/// "${secret.NAME.hash}": a hash of it, as crypt(5) writes them. No recipe can write that.
[[nodiscard]] std::string secret_hash_reference(std::string_view name);

struct SecretMention {
    std::string_view name;
    bool is_hashed = false;
};

/// `text` with what `meaning` gives in place of every mention; empty: it stays as it is.
[[nodiscard]] std::string
replace_secrets(std::string_view text,
                const std::function<std::string(const SecretMention &)> &meaning);

/// Names that `text` mentions.
[[nodiscard]] std::set<std::string> secrets_named_in(std::string_view text);

} // namespace retouch::base
