#pragma once
// Capability words: the rights that a file gives by security.capability, as getcap tells them.

#include <string>
#include <string_view>

namespace retouch::render {

/// `cap_dac_override,cap_setuid+ep`, of the hexadecimal digits of the attribute, any revision;
/// "malformed: ..." where they are none, "unreadable: ..." where nobody can have them. Safe to
/// print, bounded, on one line.
[[nodiscard]] std::string capability_words(std::string_view digits);

} // namespace retouch::render
