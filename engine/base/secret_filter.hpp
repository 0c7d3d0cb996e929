#pragma once
// SecretFilter: keeps secrets out of what is shown of a service's answers and of a program's
// output, in whatever form they come back. It knows secrets and texts, no protocol.

#include "base/secret.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::base {

inline constexpr const char *k_instead_of_secret = "***";

/// A secret shorter than four characters cannot be told from ordinary text and is not looked for.
class SecretFilter {
  public:
    void add(const Secret &secret);

    /// A message with every secret replaced; nullopt when it holds a secret, or a piece
    /// of one, in another form: in other letters, escaped, as hexadecimal digits or base64.
    [[nodiscard]] std::optional<std::string> message(std::string text) const;

    /// True when a secret of at least twelve characters is in `text`, whole, in any of these forms:
    /// for data, where short words are no secrets.
    [[nodiscard]] bool is_in(std::string_view text) const;

  private:
    struct Known {
        std::string text;
        std::vector<std::string> forms; ///< letters and digits alone, small; the text itself first
    };

    [[nodiscard]] bool holds(std::string_view text, std::size_t shortest_secret, bool pieces) const;

    std::vector<Known> known_;
};

} // namespace retouch::base
