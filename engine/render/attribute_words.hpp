#pragma once
// Attribute words: the extended attributes of a path by name, ACLs by whom they let do what. Safe
// to print and bounded. What capabilities give is told by capability_words.hpp, SELinux labels by
// label_words.hpp.

#include <string>

namespace retouch::render {

/// "attributes system.posix_acl_access (user 1000 rwx) user.a"; empty when there are none. What
/// label_words.hpp tells is left out, here and below.
[[nodiscard]] std::string attribute_words(const std::string &attributes);

/// "attributes user.b user.c": those in which the texts differ, as they are now.
[[nodiscard]] std::string attribute_words(const std::string &before, const std::string &after);

} // namespace retouch::render
