#include "steps/users/new_account.hpp"

#include "base/text.hpp"
#include "steps/support/guest_paths.hpp"
#include "steps/users/password_hash.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::uint32_t k_first_of_people = 1000;
constexpr std::uint32_t k_last_of_people = 60000;
constexpr std::uint32_t k_first_subordinate = 100000;
constexpr std::uint32_t k_last_subordinate = 600100000;
constexpr std::uint32_t k_subordinates = 65536;
constexpr std::size_t k_subordinate_columns = 3;

std::string today() {
    const auto days =
        std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()).time_since_epoch();
    return std::to_string(days.count());
}

class NewAccount {
  public:
    NewAccount(const GuestView &guest, const Json &options, AccountFiles &files,
               ImageChanges &changes)
        : guest_(guest),
          options_(options),
          files_(files),
          changes_(changes),
          name_(text("name")),
          of_system_(options.value("system", false)) {}

    AccountFields run() {
        changes_.reasons.emplace_back("new");
        const auto uid = options_.contains("uid")
                             ? std::optional(options_.at("uid").get<std::uint32_t>())
                             : files_.free_uid(of_system_);
        if (!uid)
            return failed("the image has no number left for a user");
        if (const auto other = files_.user_with(*uid))
            return failed(fmt::format("uid {} belongs to user '{}'", *uid, base::escape(*other)));
        changes_.reasons.push_back(fmt::format("uid {}", *uid));
        const auto gid = own_group(*uid);
        if (!gid)
            return {};
        add_shadow();
        if (!of_system_ && *uid >= files_.number_setting("UID_MIN", k_first_of_people) &&
            *uid <= files_.number_setting("UID_MAX", k_last_of_people)) {
            add_subordinates(files_.subuid, "SUB_UID");
            add_subordinates(files_.subgid, "SUB_GID");
        }
        return {name_,  "x",    std::to_string(*uid), std::to_string(*gid), text("comment"),
                home(), shell()};
    }

  private:
    AccountFields failed(std::string why) {
        changes_.fail(std::move(why));
        return {};
    }

    /// The group that is asked for, or one of the user's name, which is made when there is none.
    std::optional<std::uint32_t> own_group(std::uint32_t uid) {
        const std::string group = options_.value("group", name_);
        if (const auto gid = files_.gid_of(group)) {
            if (group != name_)
                changes_.reasons.push_back(fmt::format("group {}", base::escape(group)));
            return gid;
        }
        std::optional<std::uint32_t> gid;
        if (options_.contains("group"))
            changes_.fail(fmt::format("the image has no group '{}'", base::escape(group)));
        else if (gid = files_.group_with(uid) ? files_.free_gid(of_system_) : uid; gid)
            files_.add_group(name_, *gid);
        else
            changes_.fail("the image has no number left for a group");
        return gid;
    }

    void add_shadow() {
        const std::string password = text("password");
        const bool is_set = !password.empty() && password != "locked";
        if (is_set)
            changes_.reasons.emplace_back("password set");
        files_.shadow.put({name_, is_set ? password_field(password) : "!", today(),
                           age("PASS_MIN_DAYS"), age("PASS_MAX_DAYS"), age("PASS_WARN_AGE"), "", "",
                           ""});
    }

    /// Passwords of the system's accounts do not grow old.
    [[nodiscard]] std::string age(const std::string &key) const {
        const std::string days = files_.setting(key, "");
        return !of_system_ && account_number(days) ? days : std::string();
    }

    void add_subordinates(AccountTable &table, const std::string &key) {
        const std::uint32_t count = files_.number_setting(key + "_COUNT", k_subordinates);
        if (!table.is_there() || count == 0 || table.find(name_, 1))
            return;
        std::uint64_t first = files_.number_setting(key + "_MIN", k_first_subordinate);
        for (const AccountFields &row : table.rows(k_subordinate_columns)) {
            const std::uint64_t start = account_number(row[1]).value_or(0);
            first = std::max(first, start + account_number(row[2]).value_or(0));
        }
        if (first + count <= files_.number_setting(key + "_MAX", k_last_subordinate))
            table.put({name_, std::to_string(first), std::to_string(count)});
    }

    [[nodiscard]] std::string home() const {
        return options_.value("home", files_.setting("HOME", "/home") + "/" + name_);
    }

    /// Nobody signs in as an account of the system, unless the recipe says so.
    [[nodiscard]] std::string shell() const {
        if (options_.contains("shell"))
            return text("shell");
        if (!of_system_)
            return files_.setting("SHELL", "/bin/sh");
        for (const char *shell : {"/usr/sbin/nologin", "/sbin/nologin"})
            if (stat(guest_, shell))
                return shell;
        return "/bin/false";
    }

    [[nodiscard]] std::string text(const char *key) const {
        return options_.value(key, std::string());
    }

    const GuestView &guest_;
    const Json &options_;
    AccountFiles &files_;
    ImageChanges &changes_;
    std::string name_;
    bool of_system_;
};

} // namespace

AccountFields new_account(const GuestView &guest, const Json &options, AccountFiles &files,
                          ImageChanges &changes) {
    return NewAccount(guest, options, files, changes).run();
}

} // namespace retouch::steps
