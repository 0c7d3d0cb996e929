#include "steps/services/unit_files.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/guest_text.hpp"
#include "guest/resolve.hpp"
#include "steps/support/guest_paths.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

namespace retouch::steps {

namespace {

constexpr std::size_t k_largest_unit = std::size_t{1} << 20;
constexpr std::size_t k_most_drop_ins = 256;
constexpr int k_most_aliases = 16;

UnitFile unusable(const UnitName &name, const std::string &path, std::string_view why) {
    return {UnitFile::State::unusable, name, path, fmt::format("{} {}", base::escape(path), why)};
}

/// The first file of this very name.
std::optional<std::string> place_of_unit(const GuestView &guest, const std::string &name) {
    for (const char *directory : k_unit_directories) {
        std::string path = base::join(directory, name);
        if (guest.lstat(path))
            return path;
    }
    return std::nullopt;
}

/// The name of the unit file at `resolved`, which has no links, when it is one of systemd's own.
std::optional<UnitName> name_of_place(const GuestView &guest, const std::string &resolved) {
    const std::string directory = base::parent_path(resolved);
    for (const char *each : k_unit_directories)
        if (guest::resolve_in_guest(guest, each) == directory)
            return unit_name(base::base_name(resolved));
    return std::nullopt;
}

/// A drop-in of an earlier directory hides those of its name in later ones.
std::vector<std::string> drop_ins_of(const GuestView &guest, const UnitName &name) {
    std::map<std::string, std::string> files;
    for (const std::string &unit : std::set{name.text(), name.made_from().text()})
        for (const char *directory : k_unit_directories) {
            const std::string place = base::join(directory, unit + ".d");
            for (const DirectoryEntry &entry : guest.list(place))
                if (entry.name.ends_with(".conf"))
                    files.emplace(entry.name, base::join(place, entry.name));
        }
    std::vector<std::string> paths;
    paths.reserve(files.size());
    for (const auto &[file, path] : files)
        paths.push_back(path);
    paths.resize(std::min(paths.size(), k_most_drop_ins));
    return paths;
}

UnitFile read_unit(const GuestView &guest, const UnitName &name, const std::string &path,
                   const std::string &resolved) {
    const auto info = guest.lstat(resolved);
    if (!info)
        return unusable(name, path, "is a link to nothing");
    if (info->type != FileInfo::Type::regular)
        return unusable(name, path, "is no file");
    if (info->size > k_largest_unit)
        return unusable(name, path, "is too large for a unit");
    UnitFile unit{std::nullopt, name, path};
    unit.install.add(guest.read(resolved, k_largest_unit));
    for (const std::string &each : drop_ins_of(guest, name))
        if (const auto text = guest::text_in_guest(guest, each, k_largest_unit))
            unit.install.add(*text);
    return unit;
}

/// The same instance of another template, where `name` is one.
UnitName called(const UnitName &name, const UnitName &target) {
    return target.is_template() && name.instance ? target.with_instance(*name.instance) : target;
}

} // namespace

bool has_systemd(const GuestView &guest) {
    return stat(guest, "/usr/lib/systemd/systemd") || stat(guest, "/lib/systemd/systemd");
}

bool is_mask(const GuestView &guest, const std::string &path) {
    const std::string resolved = guest::resolve_in_guest(guest, path);
    if (resolved == "/dev/null")
        return true;
    const auto info = guest.lstat(resolved);
    return info && info->type == FileInfo::Type::regular && info->size == 0;
}

UnitFile find_unit(const GuestView &guest, const UnitName &name) {
    UnitName wanted = name;
    for (int hop = 0; hop < k_most_aliases; ++hop) {
        auto path = place_of_unit(guest, wanted.text());
        if (!path && wanted.instance)
            path = place_of_unit(guest, wanted.made_from().text());
        if (!path)
            return {UnitFile::State::missing, wanted, {}};
        if (is_mask(guest, *path))
            return {UnitFile::State::masked, wanted, *path};
        const std::string resolved = guest::resolve_in_guest(guest, *path);
        const auto target = name_of_place(guest, resolved);
        if (!target || target->text() == base::base_name(*path))
            return read_unit(guest, wanted, *path, resolved);
        if (target->suffix != wanted.suffix)
            return unusable(wanted, *path, "leads to a unit of another type");
        wanted = called(wanted, *target);
    }
    return unusable(wanted, base::join(k_unit_settings, wanted.text()),
                    "is an alias of aliases without end");
}

std::vector<std::string> unit_file_names(const GuestView &guest) {
    std::set<std::string> names;
    for (const char *directory : k_unit_directories)
        for (const DirectoryEntry &entry : guest.list(directory))
            if (unit_name(entry.name))
                names.insert(entry.name);
    return {names.begin(), names.end()};
}

} // namespace retouch::steps
