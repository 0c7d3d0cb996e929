#pragma once
// Reading a text of a guest that may not be there, or be none of ours: too large for what it is.

#include "retouch/guest.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace retouch::guest {

/// Of a regular file of at most `max_bytes`, links on the way and a final one followed; nullopt
/// when there is none. Throws Error as GuestView::read() does.
[[nodiscard]] std::optional<std::string>
text_in_guest(const GuestView &guest, const std::string &path, std::size_t max_bytes);

} // namespace retouch::guest
