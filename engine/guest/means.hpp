#pragma once
// Means: what each way into a guest needs of this host, as far as it can be known before an image
// is copied or opened. What needs the image to be known is refused by opening it.

#include "retouch/guest.hpp"

namespace retouch::guest {

/// Throws Error: not_authorised, unavailable. `network`: some command will ask for it.
void require_means(GuestKind kind, bool network);

} // namespace retouch::guest
