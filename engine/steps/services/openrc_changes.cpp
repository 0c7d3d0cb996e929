#include "steps/services/openrc_changes.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "steps/support/guest_paths.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr const char *k_scripts = "/etc/init.d";
constexpr const char *k_runlevels = "/etc/runlevels";

/// Names become a part of a path.
bool is_plain(const std::string &name) {
    return !name.empty() && !name.starts_with('.') && name.find('/') == std::string::npos;
}

std::string missing_script(const GuestView &guest, const std::string &name) {
    std::vector<std::string> names;
    for (const DirectoryEntry &entry : guest.list(k_scripts))
        names.push_back(entry.name);
    const auto near = base::did_you_mean(name, names);
    return fmt::format("the image has no service {}{}", base::escape(name),
                       near ? fmt::format("; did you mean {}?", base::escape(*near)) : "");
}

} // namespace

bool has_openrc(const GuestView &guest) {
    return stat(guest, "/sbin/openrc") || stat(guest, "/usr/sbin/openrc");
}

ImageChanges enable_in_runlevel(const GuestView &guest, const std::string &name,
                                const std::string &runlevel) {
    if (!is_plain(name))
        return cannot(fmt::format("{} is not the name of a service", base::escape(name)));
    ImageChanges changes;
    const std::string script = base::join(k_scripts, name);
    const std::string level = base::join(k_runlevels, runlevel);
    if (!stat(guest, script)) {
        changes.obstacle = missing_script(guest, name);
    } else if (!is_directory(guest, level)) {
        changes.obstacle = fmt::format("the image has no runlevel {}", base::escape(runlevel));
    } else if (const std::string path = base::join(level, name); !guest.lstat(path)) {
        changes.changes.push_back(link_at(path, script));
    }
    return changes;
}

ImageChanges disable_in_runlevels(const GuestView &guest, const std::string &name,
                                  const std::string &runlevel) {
    if (!is_plain(name))
        return cannot(fmt::format("{} is not the name of a service", base::escape(name)));
    ImageChanges changes;
    for (const DirectoryEntry &level : guest.list(k_runlevels)) {
        const std::string path = base::join(base::join(k_runlevels, level.name), name);
        if ((runlevel.empty() || level.name == runlevel) && guest.lstat(path))
            changes.changes.push_back(nothing_at(path));
    }
    if (changes.changes.empty() && !stat(guest, base::join(k_scripts, name))) {
        changes.obstacle = missing_script(guest, name);
    }
    return changes;
}

} // namespace retouch::steps
