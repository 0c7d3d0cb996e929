#pragma once
// Label words: the SELinux label of a path, by its type where the rest is what policies give to
// files of the system. Safe to print and bounded.

#include <string>

namespace retouch::render {

/// "label etc_t" for system_u:object_r:etc_t with or without :s0, else "label USER:ROLE:TYPE...";
/// empty where there is none. Both read EntryState::attributes.
[[nodiscard]] std::string label_words(const std::string &attributes);

/// "label etc_t -> none"; empty when both bear the same.
[[nodiscard]] std::string label_words(const std::string &before, const std::string &after);

} // namespace retouch::render
