#pragma once
// Packing: what was seen as bytes and back. The runner keeps its memory that way and tells the
// library what changed; the library trusts none of it and gets nullopt for what is not whole.

#include "guest/tree/tree_memory.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

[[nodiscard]] std::string pack(const TreeMemory &memory);
[[nodiscard]] std::optional<TreeMemory> unpack_memory(std::string_view bytes);

[[nodiscard]] std::string pack(const std::vector<SeenChange> &changes);
[[nodiscard]] std::optional<std::vector<SeenChange>> unpack_changes(std::string_view bytes);

[[nodiscard]] std::string pack(const std::vector<std::string> &words);
[[nodiscard]] std::optional<std::vector<std::string>> unpack_words(std::string_view bytes);

} // namespace retouch::guest
