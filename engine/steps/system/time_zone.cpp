// The time zone: the link /etc/localtime into the image's own zone database, and where the family
// has it, the name in /etc/timezone.

#include "base/path.hpp"
#include "base/text.hpp"
#include "steps/support/guest_paths.hpp"
#include "steps/system/system_work.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace retouch::steps {

namespace {

constexpr const char *k_link = "/etc/localtime";
constexpr const char *k_name = "/etc/timezone";
constexpr const char *k_database = "/usr/share/zoneinfo";
constexpr std::string_view k_magic = "TZif";
constexpr std::size_t k_largest_zone = std::size_t{64} << 10;

/// Why the image has no such zone, or empty.
std::string zone_obstacle(const std::string &zone, const GuestView &guest) {
    const std::string path = base::join(k_database, zone);
    const auto info = stat(guest, path);
    if (info && info->type == FileInfo::Type::regular && info->size <= k_largest_zone &&
        guest.read(path, k_largest_zone).starts_with(k_magic))
        return {};
    if (!is_directory(guest, k_database))
        return fmt::format("the image has no time zones ({}): they come with the package tzdata",
                           k_database);
    std::vector<std::string> names;
    for (const DirectoryEntry &entry : guest.list(base::parent_path(path)))
        if (entry.name != base::base_name(path))
            names.push_back(entry.name);
    std::string text = fmt::format("the image has no time zone '{}'", base::escape(zone));
    if (const auto meant = base::did_you_mean(base::base_name(path), names))
        text +=
            fmt::format("; did you mean '{}'?",
                        base::escape(base::join(base::parent_path("/" + zone), *meant)).substr(1));
    return text;
}

/// The zone that /etc/localtime leads to, nothing when it is no such link.
std::string present_zone(const GuestView &guest) {
    const auto info = guest.lstat(k_link);
    if (!info || info->type != FileInfo::Type::symlink)
        return {};
    const std::filesystem::path target = std::filesystem::path("/etc") / guest.read_link(k_link);
    const std::string path = target.lexically_normal().generic_string();
    const std::string below = base::join(k_database, "");
    return path.starts_with(below) ? path.substr(below.size()) : std::string();
}

} // namespace

SystemWork timezone_work(const std::string &zone, const GuestView &guest) {
    const SystemFamily family = system_family(guest.facts());
    if (family == SystemFamily::windows)
        return refused("the time zone of a Windows image is not changed: it is in the "
                       "registry; set it when the machine first boots");
    SystemWork work;
    work.obstacle = zone_obstacle(zone, guest);
    const auto there = guest.lstat(k_link);
    if (work.obstacle.empty() && there && there->type == FileInfo::Type::directory)
        work.obstacle = fmt::format("{} is a directory in the image", k_link);
    if (!work.obstacle.empty())
        return work;
    const bool names = family == SystemFamily::debian || family == SystemFamily::alpine;
    const std::string former = present_zone(guest);
    if (former != zone) {
        const std::string target = (names ? "" : "..") + base::join(k_database, zone);
        work.changes.push_back(
            {k_link, FileInfo{FileInfo::Type::symlink, 0777, 0, 0, target.size()}, target});
        work.reasons.push_back(
            former.empty()
                ? fmt::format("{} is {}", k_link, there ? "no link to a zone" : "not there")
                : fmt::format("{} -> {}", base::clipped(former, 64), zone));
    }
    if (!names)
        return work;
    const ImageText name = image_text(guest, k_name);
    if (base::trim(name.text) != zone) {
        want_text(work, name, zone + "\n");
        if (work.reasons.empty())
            work.reasons.push_back(
                fmt::format("{} {}", k_name, name.was ? "differs" : "is not there"));
    }
    return work;
}

} // namespace retouch::steps
