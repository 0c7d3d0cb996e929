// Paths in a guest: what leads where, and the directories above a file.
// Existing directories are left as they are, whoever owns them.

#include "steps/support/guest_paths.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/resolve.hpp"

#include <fmt/format.h>
#include <vector>

namespace retouch::steps {

std::optional<FileInfo> stat(const GuestView &guest, const std::string &path) {
    return guest.lstat(guest::resolve_in_guest(guest, path));
}

bool is_directory(const GuestView &guest, const std::string &path) {
    const auto info = stat(guest, path);
    return info && info->type == FileInfo::Type::directory;
}

bool keeps_owner_and_mode(const GuestView &guest, const std::string &path) {
    const MountPoint *nearest = nullptr;
    for (const MountPoint &point : guest.facts().mount_points)
        if (base::is_within(path, point.path) &&
            (nearest == nullptr || point.path.size() >= nearest->path.size()))
            nearest = &point;
    return nearest == nullptr || (nearest->filesystem != "vfat" && nearest->filesystem != "msdos");
}

std::string parent_obstacle(const GuestView &guest, const std::string &path) {
    std::string parent = base::parent_path(path);
    while (parent != "/") {
        const auto info = guest.lstat(parent);
        if (info && info->type == FileInfo::Type::directory)
            return {};
        if (info && info->type == FileInfo::Type::symlink)
            return is_directory(guest, parent)
                       ? std::string()
                       : fmt::format(
                             "{} is a link to something that is not a directory of the image",
                             base::escape(parent));
        if (info)
            return fmt::format("{} is not a directory in the image", base::escape(parent));
        parent = base::parent_path(parent);
    }
    return {};
}

FileInfo made_directory(const std::string &path, std::uint32_t uid, std::uint32_t gid) {
    if (path.ends_with("/.ssh") || path.ends_with("/.gnupg"))
        return {FileInfo::Type::directory, 0700, uid, gid, 0};
    return {FileInfo::Type::directory, 0755, 0, 0, 0};
}

void make_parents(Guest &guest, const std::string &path, std::uint32_t uid, std::uint32_t gid) {
    std::vector<std::string> missing;
    for (std::string parent = base::parent_path(path); parent != "/" && !guest.lstat(parent);
         parent = base::parent_path(parent))
        missing.push_back(parent);
    for (auto each = missing.rbegin(); each != missing.rend(); ++each) {
        const FileInfo made = made_directory(*each, uid, gid);
        guest.make_directory(*each, made.mode, made.uid, made.gid);
    }
}

} // namespace retouch::steps
