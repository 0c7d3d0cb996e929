#pragma once
// Mount words: how fstab(5) and /proc/mounts write one name. The rest of their lines is read where
// it is needed. For the runner, too, which is without exceptions.

#include <string>
#include <string_view>

namespace retouch {

/// A backslash and three octal digits stand for what would part words, as \040 for a blank.
[[nodiscard]] std::string unescape_mount_word(std::string_view word);

} // namespace retouch
