#pragma once

// Trim: a mounted filesystem tells its disk which blocks it does not use.

namespace retouch::guest {

/// `fd` is of a directory of it. One that cannot, or whose disk cannot, is left as it is.
/// Interruptible between pieces of 1 GiB. Throws Error.
void trim_filesystem(int fd);

} // namespace retouch::guest
