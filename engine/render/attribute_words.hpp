#pragma once
// Attribute words: the extended attributes of a path by name, ACLs by whom they let do what,
// SELinux labels by their type where the rest is what policies give to files of the system. Safe to
// print and bounded. What capabilities give is told by capability_words.hpp.

#include <string>

namespace retouch::render {

/// "attributes system.posix_acl_access (user 1000 rwx) user.a"; empty when there are none. Labels
/// are left out, here and below.
[[nodiscard]] std::string attribute_words(const std::string &attributes);

/// "attributes user.b user.c": those in which the texts differ, as they are now.
[[nodiscard]] std::string attribute_words(const std::string &before, const std::string &after);

/// "label etc_t" for system_u:object_r:etc_t with or without :s0, else "label USER:ROLE:TYPE...";
/// empty where there is none. Both read EntryState::attributes.
[[nodiscard]] std::string label_words(const std::string &attributes);

/// "label etc_t -> none"; empty when both bear the same.
[[nodiscard]] std::string label_words(const std::string &before, const std::string &after);

} // namespace retouch::render
