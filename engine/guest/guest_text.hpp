#pragma once
// Reading a text of a guest that may not be there.

#include "retouch/guest.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace retouch {

/// Of a regular file, links on the way and a final one followed; nullopt when there is none.
/// Throws Error as GuestView::read() does.
[[nodiscard]] std::optional<std::string>
text_in_guest(const GuestView &guest, const std::string &path, std::size_t max_bytes);

} // namespace retouch
