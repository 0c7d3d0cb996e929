#pragma once
// SystemWork: what a setting of `system` has to change in a guest as it is. It only looks, so that
// preview and execution of a step judge by the same words.

#include "retouch/guest.hpp"
#include "steps/support/assignment.hpp"
#include "steps/support/image_text.hpp"
#include "steps/support/system_family.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace retouch::steps {

struct SystemWork : ImageChanges {
    std::string script; ///< to be run when the changes are made; may be empty
};

/// Each for a value that the schema lets through. Throws Error.
[[nodiscard]] SystemWork hostname_work(const std::string &name, const GuestView &guest);
[[nodiscard]] SystemWork timezone_work(const std::string &zone, const GuestView &guest);
[[nodiscard]] SystemWork locale_work(const std::string &locale, const GuestView &guest);
[[nodiscard]] SystemWork keymap_work(const std::string &keymap, const GuestView &guest);

/// The command by which Debian makes a locale.
inline constexpr const char *k_make_locales = "locale-gen --keep-existing";

/// A system that cannot have it. `reason`: escaped.
[[nodiscard]] SystemWork refused(std::string reason);

/// The same for a family that is not known here. `what`: "its keymap".
[[nodiscard]] SystemWork not_known(const GuestView &guest, std::string_view what);

/// Throws Error.
[[nodiscard]] bool has_file(const GuestView &guest, const std::string &path);

} // namespace retouch::steps
