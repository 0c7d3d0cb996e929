#pragma once
// Mount words: how fstab(5) and /proc/mounts part words and write one name. What they mean is read
// where it is needed. For the runner, too, which is without exceptions.

#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

/// A backslash and three octal digits stand for what would part words, as \040 for a blank.
[[nodiscard]] std::string unescape_mount_word(std::string_view word);

/// What stands between any of `separators`, without what is empty.
[[nodiscard]] std::vector<std::string> split_words(std::string_view text,
                                                   std::string_view separators);

} // namespace retouch::guest
