#include "steps/users/user_removal.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/resolve.hpp"
#include "steps/support/account_files.hpp"
#include "steps/users/sudo_rule.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

void leave_groups(AccountTable &table, const std::string &name) {
    for (AccountFields &row : table.rows(k_group_columns)) {
        std::string &members = row[k_members_column];
        if (!has_member(members, name))
            continue;
        members = without_member(members, name);
        table.put(row);
    }
}

/// A group of the user's name goes with it, unless somebody else is in it.
void remove_own_group(AccountFiles &files, const AccountFields &user) {
    const std::string &name = user.front();
    const auto group = files.group.find(name, k_group_columns);
    if (!group || (*group)[k_number_column] != user[k_group_column] ||
        !(*group)[k_members_column].empty())
        return;
    const std::vector<AccountFields> others = files.passwd.rows(k_passwd_columns);
    if (std::ranges::none_of(others, [&](const AccountFields &other) {
            return other[k_group_column] == user[k_group_column];
        }))
        files.remove_group(name);
}

/// Why the home directory cannot go with its user; empty when it can, or when it is not there.
std::string home_obstacle(const GuestView &guest, const AccountFiles &others,
                          const std::string &home, std::uint32_t uid) {
    if (!base::is_normal_absolute(home))
        return fmt::format("its home '{}' is no path", base::escape(home));
    const auto info = guest.lstat(home);
    if (!info)
        return {};
    if (home == "/" || info->type != FileInfo::Type::directory || info->uid != uid)
        return fmt::format("its home {} is not a directory of its own", base::escape(home));
    for (const AccountFields &other : others.passwd.rows(k_passwd_columns))
        if (base::is_normal_absolute(home_in(other)) && base::is_within(home_in(other), home))
            return fmt::format("the home of user '{}' is in its home {}",
                               base::escape(other.front()), base::escape(home));
    const std::string place = guest::resolve_in_guest(guest, home);
    for (const MountPoint &point : guest.facts().mount_points)
        if (base::is_within(point.path, place))
            return fmt::format("a filesystem is mounted in its home {}", base::escape(home));
    return {};
}

void remove_mail(const GuestView &guest, const std::string &name, std::uint32_t uid,
                 ImageChanges &changes) {
    const std::string box = base::join(guest::resolve_in_guest(guest, "/var/mail"), name);
    const auto info = guest.lstat(box);
    if (info && info->type == FileInfo::Type::regular && info->uid == uid)
        changes.changes.push_back(nothing_at(box));
}

} // namespace

ImageChanges user_removal(const GuestView &guest, const std::string &name, bool with_home) {
    AccountFiles files(guest);
    if (std::string trouble = files.trouble(); !trouble.empty())
        return cannot(std::move(trouble));
    const auto user = files.passwd.find(name, k_passwd_columns);
    ImageChanges changes;
    if (!user)
        return changes;
    const auto uid = account_number((*user)[k_number_column]);
    if (!uid || *uid == 0)
        return cannot(fmt::format("user {} has the rights of root", name));
    for (AccountTable *table : {&files.passwd, &files.shadow, &files.subuid, &files.subgid})
        table->remove(name);
    leave_groups(files.group, name);
    leave_groups(files.gshadow, name);
    remove_own_group(files, *user);
    files.note(changes);
    const std::string home = home_in(*user);
    const bool has_home = with_home && base::is_normal_absolute(home) && guest.lstat(home);
    if (with_home) {
        changes.fail(home_obstacle(guest, files, home, *uid));
        remove_mail(guest, name, *uid, changes);
    }
    if (has_home)
        changes.changes.push_back(nothing_at(home));
    for (const std::string &path : places_of_sudo_rule(name))
        if (guest.lstat(path))
            changes.changes.push_back(nothing_at(path));
    changes.reasons.push_back(has_home ? fmt::format("its home {} goes", base::escape(home))
                                       : "its files stay");
    return changes;
}

} // namespace retouch::steps
