#pragma once
// Links that make systemd start units: those that enabling a unit makes, and those that are there.
// They are worked out from the unit files as `systemctl enable` does. It only looks.

#include "retouch/guest.hpp"
#include "steps/services/unit_files.hpp"

#include <string>
#include <vector>

namespace retouch::steps {

struct UnitLink {
    std::string path;   ///< in the guest
    std::string target; ///< the unit file

    bool operator==(const UnitLink &) const = default;
};

struct EnabledUnits {
    std::string obstacle; ///< why a unit cannot be enabled; escaped; empty when it can
    bool absent = false;  ///< the obstacle is a file that is not there
    std::vector<UnitLink> links;
    std::vector<UnitName> units;    ///< whose links those are; Also= brings further ones
    std::vector<std::string> notes; ///< escaped
};

/// Throws Error.
[[nodiscard]] EnabledUnits enabled_units(const GuestView &guest, const UnitName &name);

/// Links below `directory`, one for /etc or of the system, that name one of `units` or lead to one,
/// sorted by path; masks are not among them. Throws Error.
[[nodiscard]] std::vector<std::string>
links_to(const GuestView &guest, const std::string &directory, const std::vector<UnitName> &units);

} // namespace retouch::steps
