// A link is as wanted when systemd would take it for the unit: below a .wants directory its name
// says that, anywhere else where it ends.

#include "steps/services/unit_changes.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/resolve.hpp"
#include "steps/services/unit_links.hpp"
#include "steps/support/guest_paths.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr const char *k_default_target = "/etc/systemd/system/default.target";

std::string no_unit_name(const std::string &name) {
    return fmt::format("{} is not the name of a unit", base::escape(name));
}

bool is_link(const GuestView &guest, const std::string &path) {
    const auto info = guest.lstat(path);
    return info && info->type == FileInfo::Type::symlink;
}

bool leads_to(const GuestView &guest, const std::string &link, const std::string &target) {
    return guest::resolve_in_guest(guest, link) == guest::resolve_in_guest(guest, target);
}

/// A link that has to be made, unless it is there. What else is in its place stays.
void want_link(const GuestView &guest, const UnitLink &link, ImageChanges &changes) {
    if (!guest.lstat(link.path))
        return changes.changes.push_back(link_at(link.path, link.target));
    const bool by_name = base::parent_path(link.path) != k_unit_settings;
    if (is_link(guest, link.path) && (by_name || leads_to(guest, link.path, link.target)))
        return;
    changes.obstacle =
        fmt::format("{} is there, and is {}", base::escape(link.path),
                    is_link(guest, link.path) ? "a link to something else" : "no link");
}

/// Every unit that enabling would link, or at least the one that was named.
std::vector<UnitName> units_of(const EnabledUnits &enabled, const UnitName &name) {
    return enabled.units.empty() ? std::vector{name} : enabled.units;
}

/// What of the system itself starts it, beside what can be disabled.
std::string started_by(const GuestView &guest, const std::vector<UnitName> &units) {
    for (const char *directory : k_unit_directories)
        if (directory != std::string_view(k_unit_settings))
            if (const auto links = links_to(guest, directory, units); !links.empty())
                return links.front();
    return {};
}

bool is_static(const GuestView &guest, const UnitName &name) {
    const UnitFile unit = find_unit(guest, name);
    return unit.usable() && unit.install.empty();
}

} // namespace

ImageChanges enable_unit(const GuestView &guest, const std::string &name) {
    const auto unit = unit_name(whole_unit_name(name, ".service"));
    if (!unit)
        return cannot(no_unit_name(name));
    EnabledUnits enabled = enabled_units(guest, *unit);
    ImageChanges changes;
    changes.reasons = std::move(enabled.notes);
    changes.obstacle = std::move(enabled.obstacle);
    for (const UnitLink &link : enabled.links)
        if (changes.obstacle.empty())
            want_link(guest, link, changes);
    if (changes.obstacle.empty() && enabled.links.empty())
        changes.reasons.emplace_back("static: it has nothing to enable, others start it");
    return changes;
}

ImageChanges disable_unit(const GuestView &guest, const std::string &name) {
    const auto unit = unit_name(whole_unit_name(name, ".service"));
    if (!unit)
        return cannot(no_unit_name(name));
    const EnabledUnits enabled = enabled_units(guest, *unit);
    const std::vector<UnitName> units = units_of(enabled, *unit);
    ImageChanges changes;
    for (const std::string &path : links_to(guest, k_unit_settings, units))
        changes.changes.push_back(nothing_at(path));
    if (!changes.changes.empty())
        return changes;
    if (enabled.absent) {
        changes.obstacle = enabled.obstacle;
    } else if (is_static(guest, *unit)) {
        const std::string starter = started_by(guest, units);
        changes.obstacle = fmt::format(
            "{} is static: it cannot be disabled{}; 'mask' it", base::escape(unit->text()),
            starter.empty() ? std::string() : fmt::format(", {} starts it", base::escape(starter)));
    }
    return changes;
}

ImageChanges mask_unit(const GuestView &guest, const std::string &name) {
    const auto unit = unit_name(whole_unit_name(name, ".service"));
    if (!unit)
        return cannot(no_unit_name(name));
    const std::string path = base::join(k_unit_settings, unit->text());
    ImageChanges changes;
    if (guest.lstat(path)) {
        if (is_mask(guest, path))
            return changes;
        return cannot(fmt::format("{} is there, and is {}; remove it with 'files' before",
                                  base::escape(path),
                                  is_link(guest, path) ? "a link to something else" : "a file"));
    }
    changes.changes.push_back(link_at(path, "/dev/null"));
    if (find_unit(guest, *unit).state == UnitFile::State::missing)
        changes.reasons.emplace_back("the image has no such unit");
    return changes;
}

ImageChanges unmask_unit(const GuestView &guest, const std::string &name) {
    const auto unit = unit_name(whole_unit_name(name, ".service"));
    if (!unit)
        return cannot(no_unit_name(name));
    const std::string path = base::join(k_unit_settings, unit->text());
    ImageChanges changes;
    if (guest.lstat(path) && is_mask(guest, path))
        changes.changes.push_back(nothing_at(path));
    else if (const UnitFile found = find_unit(guest, *unit); found.state == UnitFile::State::masked)
        changes.obstacle = fmt::format("{} is masked by {}, which belongs to the system",
                                       base::escape(found.name.text()), base::escape(found.path));
    return changes;
}

ImageChanges make_default_target(const GuestView &guest, const std::string &name) {
    const auto target = unit_name(whole_unit_name(name, ".target"));
    if (!target || target->suffix != ".target")
        return cannot(fmt::format("{} is not the name of a target", base::escape(name)));
    const UnitFile unit = find_unit(guest, *target);
    ImageChanges changes;
    if (unit.state == UnitFile::State::missing)
        changes.obstacle = fmt::format("the image has no unit {}", base::escape(target->text()));
    else if (unit.state == UnitFile::State::masked)
        changes.obstacle = fmt::format("{} is masked", base::escape(target->text()));
    else
        changes.obstacle = unit.trouble;
    if (!changes.obstacle.empty())
        return changes;
    const UnitFile present = find_unit(guest, *unit_name("default.target"));
    if (present.usable() && present.name == unit.name)
        return changes;
    changes.changes.push_back(link_at(k_default_target, unit.path));
    if (present.usable())
        changes.reasons.push_back(fmt::format("now {}", base::escape(present.name.text())));
    return changes;
}

} // namespace retouch::steps
