#include "steps/support/covered_places.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/fstab.hpp"
#include "guest/guest_text.hpp"
#include "guest/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace retouch::steps {

std::string_view covered_by(std::string_view path) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> places = {
        {{"/run", "/run"},
         {"/var/run", "/run"},
         {"/proc", "/proc"},
         {"/sys", "/sys"},
         {"/dev", "/dev"}}};
    for (const auto &[root, covering] : places)
        if (path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/'))
            return covering;
    return {};
}

std::string instead_of_covered(std::string_view place) {
    if (place == "/run")
        return "what should be there at each boot is made by a file in /etc/tmpfiles.d";
    return "what is there when the machine runs comes from its kernel; rules for it belong below "
           "/etc";
}

FstabCover::FstabCover(const GuestView &guest) {
    const std::optional<std::string> text =
        guest::text_in_guest(guest, "/etc/fstab", guest::k_largest_fstab);
    if (!text)
        return;
    const std::vector<MountPoint> &mounted = guest.facts().mount_points;
    for (const guest::FstabEntry &entry : guest::covering_entries(*text))
        if (std::ranges::find(mounted, entry.path, &MountPoint::path) == mounted.end())
            covering_.push_back({guest::resolve_in_guest(guest, entry.path), entry.device, {}});
    if (covering_.empty())
        return;
    for (const MountPoint &point : mounted)
        seen_.push_back(guest::resolve_in_guest(guest, point.path));
}

std::string FstabCover::obstacle(const std::string &path) const {
    const MountPoint *nearest = nullptr;
    for (const MountPoint &point : covering_)
        if (base::is_within(path, point.path) &&
            (nearest == nullptr || point.path.size() > nearest->path.size()))
            nearest = &point;
    const auto is_nearer = [&](const std::string &point) {
        return base::is_within(path, point) && point.size() > nearest->path.size();
    };
    if (nearest == nullptr || std::ranges::any_of(seen_, is_nearer))
        return {};
    return fmt::format("a machine that boots the image does not see {}: its /etc/fstab mounts {} "
                       "on {}; put it there, or take that line out",
                       base::escape(path), base::escape(nearest->device),
                       base::escape(nearest->path));
}

CoveredDestination::CoveredDestination(const std::string &path, const GuestView &guest)
    : named_above_(base::parent_path(path)),
      above_(guest::resolve_in_guest(guest, named_above_)),
      top_(base::join(above_, base::base_name(path))),
      cover_(guest) {}

std::string CoveredDestination::obstacle() const {
    const std::string_view covering = covered_by(above_);
    if (covering.empty())
        return {};
    return fmt::format(
        "{} leads to {}, on which another filesystem is mounted when the image boots; {}",
        base::escape(named_above_), base::escape(above_), instead_of_covered(covering));
}

std::string CoveredDestination::obstacle(const std::string &below) const {
    return cover_.obstacle(below.empty() ? top_ : base::join(top_, below));
}

} // namespace retouch::steps
