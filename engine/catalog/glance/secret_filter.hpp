#pragma once
// SecretFilter: keeps the secrets sent to a service out of what is shown of its answers, in
// whatever form the service gives them back. It knows secrets and texts, no protocol.

#include "catalog/glance/secret.hpp"
#include "retouch/json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::catalog {

/// A secret shorter than four characters cannot be told from ordinary text and is not looked for.
class SecretFilter {
  public:
    void add(const Secret &secret);

    /// A service's message with every secret replaced; nullopt when it holds a secret, or a piece
    /// of one, in another form: in other letters, escaped, as hexadecimal digits or base64.
    [[nodiscard]] std::optional<std::string> message(std::string text) const;

    /// True when a secret of at least twelve characters is in `text`, whole, in any of these forms:
    /// for data, where short words are no secrets.
    [[nodiscard]] bool is_in(std::string_view text) const;

    /// Replaces every text of `value` that is_in() is true for, and removes such keys with what
    /// they hold. Requires: it nests within the bounds of answers.
    void clean(Json &value) const;

  private:
    struct Known {
        std::string text;
        std::vector<std::string> forms; ///< letters and digits alone, small; the text itself first
    };

    [[nodiscard]] bool holds(std::string_view text, std::size_t shortest_secret, bool pieces) const;

    std::vector<Known> known_;
};

} // namespace retouch::catalog
