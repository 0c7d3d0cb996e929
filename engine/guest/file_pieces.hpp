#pragma once
// Pieces of what is to be written into a guest: a text, or the data of a file of this host. Holes
// are left out. Where the pieces go is the caller's business.

#include "retouch/guest.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace retouch::guest {

/// No piece is larger.
inline constexpr std::size_t k_largest_piece = std::size_t{256} * 1024;

/// Calls `take` with all data of `source`, in order, each piece with the offset it belongs at, in
/// bytes. Returns the size of the whole, which may end in a hole. Throws Error when a file cannot
/// be read, and what `take` throws.
std::uint64_t
for_each_piece(const FileSource &source,
               const std::function<void(std::uint64_t offset, std::string_view bytes)> &take);

/// All of `source` where it is one piece at most, without holes; nullopt otherwise. Throws as
/// above.
[[nodiscard]] std::optional<std::string> as_one_piece(const FileSource &source);

} // namespace retouch::guest
