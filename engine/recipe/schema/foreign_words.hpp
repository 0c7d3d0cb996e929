#pragma once
// Foreign words: keys that users of other tools write, and what they are called in a recipe. Only
// words that no recipe has at their place are looked up.

#include <optional>
#include <string>
#include <string_view>

namespace retouch::recipe {

/// What to write instead of `key` at `place`, as SchemaPlace::name() calls it; nullopt for a word
/// of no tool that is known.
[[nodiscard]] std::optional<std::string> foreign_word(std::string_view place, std::string_view key);

} // namespace retouch::recipe
