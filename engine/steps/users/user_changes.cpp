// The order matters to who reads the plan: the account itself, its groups, then what belongs to it.

#include "steps/users/user_changes.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "steps/support/account_files.hpp"
#include "steps/support/guest_paths.hpp"
#include "steps/users/home_directory.hpp"
#include "steps/users/login_keys.hpp"
#include "steps/users/new_account.hpp"
#include "steps/users/password_hash.hpp"
#include "steps/users/seen_places.hpp"
#include "steps/users/sudo_rule.hpp"
#include "steps/users/user_removal.hpp"

#include <fmt/format.h>
#include <utility>

namespace retouch::steps {

namespace {

std::string text_in(const Json &options, const char *key) {
    return options.value(key, std::string());
}

class UserChange {
  public:
    UserChange(const GuestView &guest, const Json &options)
        : guest_(guest), options_(options), files_(guest), name_(text_in(options, "name")) {}

    ImageChanges run() {
        changes_.fail(files_.trouble());
        if (changes_.possible())
            account();
        if (changes_.possible())
            join_groups();
        if (!changes_.possible())
            return std::move(changes_);
        files_.passwd.put(row_);
        files_.note(changes_);
        add_home();
        if (options_.contains("sudo"))
            want_sudo_rule(guest_, name_, text_in(options_, "sudo"), changes_);
        if (options_.contains("authorized_keys"))
            want_keys(guest_, options_.at("authorized_keys").get<std::vector<std::string>>(),
                      options_.value("exclusive", false), owner_, changes_);
        return std::move(changes_);
    }

  private:
    void account() {
        if (auto row = files_.passwd.find(name_, k_number_column + 1)) {
            if (row->size() < k_passwd_columns)
                return changes_.fail(
                    fmt::format("the line of {} in /etc/passwd is too short", name_));
            row_ = std::move(*row);
            require_shell(row_[k_shell_column]);
            change();
        } else {
            require_shell("");
            is_new_ = true;
            row_ = new_account(guest_, options_, files_, changes_);
        }
        if (!changes_.possible())
            return;
        owner_ = {account_number(row_[k_number_column]).value_or(0),
                  account_number(row_[k_group_column]).value_or(0), home_in(row_)};
    }

    void change() {
        const auto uid = account_number(row_[k_number_column]);
        const auto gid = account_number(row_[k_group_column]);
        if (!uid || !gid)
            return changes_.fail(fmt::format("the line of {} in /etc/passwd is damaged", name_));
        if (options_.contains("uid") && options_.at("uid").get<std::uint32_t>() != *uid)
            return changes_.fail(fmt::format("the image has {} as {}, and its files would not "
                                             "follow; usermod -u is a command for that",
                                             name_, *uid));
        if (options_.contains("group"))
            change_group(*gid);
        change_field(k_comment_column, "comment");
        change_field(k_home_column, "home");
        change_field(k_shell_column, "shell");
        if (options_.contains("password"))
            change_password(text_in(options_, "password"));
    }

    void change_group(std::uint32_t present) {
        const std::string group = text_in(options_, "group");
        const auto gid = files_.gid_of(group);
        if (!gid)
            return changes_.fail(fmt::format("the image has no group '{}'", base::escape(group)));
        if (*gid == present)
            return;
        row_[k_group_column] = std::to_string(*gid);
        changes_.reasons.push_back(
            fmt::format("group {} -> {}",
                        base::escape(files_.group_with(present).value_or(std::to_string(present))),
                        base::escape(group)));
    }

    void change_field(std::size_t column, const char *key) {
        if (!options_.contains(key) || row_[column] == text_in(options_, key))
            return;
        changes_.reasons.push_back(
            fmt::format("{} {} -> {}", key, shown(row_[column]), shown(text_in(options_, key))));
        row_[column] = text_in(options_, key);
    }

    static std::string shown(const std::string &text) {
        return text.empty() ? std::string("none") : base::escape(text);
    }

    void change_password(const std::string &wanted) {
        AccountFields row = files_.shadow.find(name_, k_shadow_columns)
                                .value_or(AccountFields{name_, "", "", "", "", "", "", "", ""});
        std::string &present = row[k_password_column];
        if (wanted == "locked") {
            if (present.starts_with('!') || present.starts_with('*'))
                return;
            present.insert(0, "!");
            changes_.reasons.emplace_back("password locked");
        } else {
            const auto secret = secret_password(wanted);
            if (secret ? guest_.is_hash_of(present, *secret) : present == wanted)
                return;
            present = password_field(wanted);
            changes_.reasons.emplace_back("password set");
        }
        files_.shadow.put(row);
    }

    void join_groups() {
        const auto groups = options_.value("groups", std::vector<std::string>());
        std::string joined;
        for (const std::string &group : groups) {
            const auto row = files_.group.find(group, k_group_columns);
            if (!row)
                return changes_.fail(
                    fmt::format("the image has no group '{}'", base::escape(group)));
            if (account_number((*row)[k_number_column]) == owner_.gid ||
                has_member((*row)[k_members_column], name_))
                continue;
            files_.add_member(group, name_);
            base::add_part(joined, base::escape(group), ", ");
        }
        if (!joined.empty())
            changes_.reasons.push_back("joins " + joined);
    }

    void add_home() {
        const bool wanted = options_.contains("home") || (is_new_ && !is_of_system());
        if (!wanted)
            return;
        if (!base::is_normal_absolute(owner_.home) || owner_.home == "/")
            return changes_.fail(
                fmt::format("'{}' cannot be a home directory", base::escape(owner_.home)));
        if (guest_.lstat(owner_.home)) {
            if (!is_directory(guest_, owner_.home))
                changes_.fail(fmt::format("{} is no directory", base::escape(owner_.home)));
            return;
        }
        changes_.reasons.push_back("makes " + base::escape(owner_.home));
        make_home(guest_, files_, owner_, changes_);
    }

    /// Of one that is there already nobody asks.
    void require_shell(const std::string &former) {
        const std::string shell = text_in(options_, "shell");
        if (shell.empty() || shell == former)
            return;
        const auto info = stat(guest_, shell);
        if (!info)
            changes_.fail(fmt::format("the image has no {}", base::escape(shell)));
        else if (info->type != FileInfo::Type::regular || (info->mode & 0111) == 0)
            changes_.fail(fmt::format("{} of the image is no program", base::escape(shell)));
    }

    [[nodiscard]] bool is_of_system() const { return options_.value("system", false); }

    const GuestView &guest_;
    const Json &options_;
    AccountFiles files_;
    std::string name_;
    AccountFields row_;
    AccountOwner owner_;
    bool is_new_ = false;
    ImageChanges changes_;
};

} // namespace

ImageChanges user_changes(const GuestView &guest, const Json &options) {
    if (guest.facts().type == "windows")
        return cannot("accounts of Windows are not changed; cloudbase-init sets up its "
                      "Administrator at the first boot");
    ImageChanges changes =
        text_in(options, "state") == "absent"
            ? user_removal(guest, text_in(options, "name"), text_in(options, "home") == "remove")
            : UserChange(guest, options).run();
    require_seen(guest, changes);
    require_possible(guest, changes);
    return changes;
}

} // namespace retouch::steps
