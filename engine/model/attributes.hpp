#pragma once

// Attributes: reading EntryState::attributes, which comes from an image or a plan and is untrusted.

#include <optional>
#include <string_view>

namespace retouch::model {

/// Stands for a value that is there and that no kernel hands out.
inline constexpr std::string_view k_unreadable_attribute = "unreadable";

/// What holds the SELinux label.
inline constexpr const char *k_label_attribute = "security.selinux";

/// What stands behind "NAME=", the first time where it stands twice; nullopt without such a line.
[[nodiscard]] std::optional<std::string_view> attribute_value(std::string_view attributes,
                                                              std::string_view name);

/// The value of security.capability, however malformed.
[[nodiscard]] std::optional<std::string_view> capabilities_of(std::string_view attributes);

} // namespace retouch::model
