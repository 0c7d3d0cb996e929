#include "steps/users/home_directory.hpp"

#include "base/path.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::size_t k_largest_of_skel = std::size_t{1} << 20;
constexpr std::size_t k_most_of_skel = 1000;
constexpr std::uint32_t k_all_rights = 0777;
constexpr std::uint32_t k_usual_mask = 022;

std::uint32_t home_mode(const AccountFiles &files) {
    if (const auto mode = base::parse_mode(files.setting("HOME_MODE", "")))
        return *mode;
    return k_all_rights & ~base::parse_mode(files.setting("UMASK", "")).value_or(k_usual_mask);
}

/// What is neither file, directory nor link is left out, as are files that no skeleton has.
void copy_below(const GuestView &guest, const std::string &from, const std::string &to,
                const AccountOwner &owner, ImageChanges &changes) {
    for (const DirectoryEntry &entry : guest.list(from)) {
        if (changes.changes.size() > k_most_of_skel)
            return changes.fail(
                fmt::format("{} holds more than {} files", base::escape(from), k_most_of_skel));
        const std::string source = base::join(from, entry.name);
        const std::string path = base::join(to, entry.name);
        if (entry.info.type == FileInfo::Type::directory) {
            changes.changes.push_back(directory_at(path, entry.info.mode, owner.uid, owner.gid));
            copy_below(guest, source, path, owner, changes);
        } else if (entry.info.type == FileInfo::Type::symlink) {
            changes.changes.push_back(link_at(path, guest.read_link(source)));
        } else if (entry.info.type == FileInfo::Type::regular) {
            if (entry.info.size > k_largest_of_skel)
                return changes.fail(fmt::format("{} is larger than {}", base::escape(source),
                                                base::format_bytes(k_largest_of_skel)));
            changes.changes.push_back(file_at(path, guest.read(source, k_largest_of_skel),
                                              entry.info.mode, owner.uid, owner.gid));
        }
    }
}

} // namespace

void make_home(const GuestView &guest, const AccountFiles &files, const AccountOwner &owner,
               ImageChanges &changes) {
    changes.changes.push_back(directory_at(owner.home, home_mode(files), owner.uid, owner.gid));
    copy_below(guest, files.setting("SKEL", "/etc/skel"), owner.home, owner, changes);
}

} // namespace retouch::steps
