#include "guest/effects/services.hpp"

#include "base/path.hpp"

namespace retouch::guest {

namespace {

constexpr const char *k_units = "/etc/systemd/system";
constexpr const char *k_runlevels = "/etc/runlevels";

bool holds_units(const std::string &directory) {
    return directory.ends_with(".wants") || directory.ends_with(".requires");
}

} // namespace

bool decides_services(const std::string &path) {
    return base::is_within(path, k_units) || base::is_within(path, k_runlevels);
}

std::set<std::string> enabled_services(const GuestView &guest) {
    std::set<std::string> enabled;
    std::set<std::string> masked;
    const auto add_names = [&](const std::string &directory) {
        for (const DirectoryEntry &entry : guest.list(directory))
            enabled.insert(entry.name);
    };
    for (const DirectoryEntry &entry : guest.list(k_units)) {
        const std::string path = base::join(k_units, entry.name);
        if (entry.info.type == FileInfo::Type::directory && holds_units(entry.name))
            add_names(path);
        else if (entry.info.type == FileInfo::Type::symlink && guest.read_link(path) == "/dev/null")
            masked.insert(entry.name);
    }
    for (const DirectoryEntry &entry : guest.list(k_runlevels))
        if (entry.info.type == FileInfo::Type::directory)
            add_names(base::join(k_runlevels, entry.name));
    for (const std::string &unit : masked)
        enabled.erase(unit);
    return enabled;
}

std::vector<ServiceChange> service_changes(const std::set<std::string> &before,
                                           const std::set<std::string> &after) {
    std::set<std::string> all = before;
    all.insert(after.begin(), after.end());
    std::vector<ServiceChange> changes;
    for (const std::string &unit : all)
        if (before.count(unit) != after.count(unit))
            changes.push_back({unit, after.count(unit) > 0});
    return changes;
}

} // namespace retouch::guest
