#pragma once
// The digest of a file of a walked tree, at the cost of what was written to it and not of its
// length. Shared with the runner in the appliance.
//
// It is the SHA-256 of the bytes, unless more than 1 MiB of them lie in blocks of 4096 zeros. Then
// it is "sha256-used:HEX", the SHA-256 of
//     the file's size as 8 bytes, least significant first,
//     then for every block that is not all zeros, in ascending order,
//         the block's number as 8 bytes, least significant first, and its bytes.
// Which of the two depends on the bytes alone, never on which zeros are holes.

#include "guest/tree/tree.hpp"

namespace retouch::guest {

inline constexpr std::string_view k_used_digest = "sha256-used:";

/// Of the regular file open at `fd`, from its beginning. nullopt: see errno.
[[nodiscard]] std::optional<std::string> digest_file(int fd, const TreeTools &tools);

} // namespace retouch::guest
