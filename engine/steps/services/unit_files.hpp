#pragma once
// Unit files of a guest, found as its systemd finds them: directory by directory, links that make a
// unit known by another name followed, drop-ins read. It only looks.

#include "retouch/guest.hpp"
#include "steps/services/install_section.hpp"
#include "steps/services/unit_name.hpp"

#include <array>
#include <string>
#include <vector>

namespace retouch::steps {

/// Where what is enabled and masked stands.
inline constexpr const char *k_unit_settings = "/etc/systemd/system";

/// Where unit files are, the first wins. What only a running machine has is not among them.
inline constexpr std::array<const char *, 4> k_unit_directories = {
    k_unit_settings, "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
    "/lib/systemd/system"};

struct UnitFile {
    enum class State {
        missing,
        masked,  ///< a link to /dev/null, or an empty file
        unusable ///< see `trouble`
    };

    std::optional<State> state; ///< nullopt: a unit that can be used
    UnitName name;              ///< its own, which need not be the one that was asked for
    std::string path;           ///< of the file: for an instance, of its template
    std::string trouble{};      ///< escaped
    InstallSection install{};

    [[nodiscard]] bool usable() const { return !state; }
};

/// Whether the guest is one of systemd's. Throws Error.
[[nodiscard]] bool has_systemd(const GuestView &guest);

/// Throws Error.
[[nodiscard]] UnitFile find_unit(const GuestView &guest, const UnitName &name);

/// Names of all unit files. Throws Error.
[[nodiscard]] std::vector<std::string> unit_file_names(const GuestView &guest);

/// Whether what is at `path`, which is there, masks a unit. Throws Error.
[[nodiscard]] bool is_mask(const GuestView &guest, const std::string &path);

} // namespace retouch::steps
