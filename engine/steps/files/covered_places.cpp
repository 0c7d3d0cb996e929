#include "steps/files/covered_places.hpp"

#include "base/path.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace retouch {

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
        return "what shall be there at each boot is made by a file in /etc/tmpfiles.d";
    return "what is there when the machine runs comes from its kernel; rules for it belong below "
           "/etc";
}

std::string covered_by_fstab(const std::string &path, const Facts &facts) {
    const MountPoint *nearest = nullptr;
    bool is_covered = false;
    const auto look_at = [&](const std::vector<MountPoint> &points, bool cover) {
        for (const MountPoint &point : points)
            if (is_within(path, point.path) &&
                (nearest == nullptr || point.path.size() > nearest->path.size())) {
                nearest = &point;
                is_covered = cover;
            }
    };
    look_at(facts.mount_points, false);
    look_at(facts.covered, true);
    if (!is_covered)
        return {};
    return fmt::format("a machine that boots the image does not see {}: its /etc/fstab mounts {} "
                       "on {}; put it there, or take that line out",
                       escape(path), escape(nearest->device), escape(nearest->path));
}

} // namespace retouch
