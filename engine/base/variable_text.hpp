#pragma once
// Variable text: where a text names ${variables}, as recipes write them. "$${" is a literal "${",
// every other "$" stands for itself. What a name stands for is not known here.

#include <string>
#include <string_view>
#include <vector>

namespace retouch::base {

struct VariablePiece {
    std::string_view text; ///< as it is to stand there, or the whole reference as it is written
    bool is_reference = false;
    std::string_view name = {}; ///< empty when the reference is none that a recipe can have
    bool is_secret = false;     ///< the name is that of a secret, written ${secret.NAME}
    bool is_fact = false;       ///< the name is that of a fact, as fact_text.hpp has them
};

/// In order; the views are into `text`. A reference that is not closed ends with its line.
[[nodiscard]] std::vector<VariablePiece> variable_pieces(std::string_view text);

/// True when `text`, with its variables put in, spells "${secret." more often than `secrets` times:
/// where it comes from a variable, or was meant as it is, it would be taken for one.
[[nodiscard]] bool spells_more_secrets(std::string_view text, std::size_t secrets);

/// True for the name of a variable: small letters, digits and '_', a letter first.
[[nodiscard]] bool is_variable_name(std::string_view text);

} // namespace retouch::base
