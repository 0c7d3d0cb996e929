#pragma once
// AccountFiles: all files of accounts of a guest together, to be changed, and the rules by which it
// chooses numbers. It only looks; what changed is told as ImageChanges.

#include "steps/support/account_table.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace retouch::steps {

// Columns of the files.
inline constexpr std::size_t k_number_column = 2;  ///< of passwd and group
inline constexpr std::size_t k_group_column = 3;   ///< of passwd
inline constexpr std::size_t k_comment_column = 4; ///< of passwd
inline constexpr std::size_t k_home_column = 5;    ///< of passwd
inline constexpr std::size_t k_shell_column = 6;   ///< of passwd
inline constexpr std::size_t k_passwd_columns = 7;
inline constexpr std::size_t k_members_column = 3; ///< of group and gshadow
inline constexpr std::size_t k_group_columns = 4;
inline constexpr std::size_t k_password_column = 1; ///< of shadow
inline constexpr std::size_t k_shadow_columns = 2;  ///< that matter here

class AccountFiles {
  public:
    /// Throws Error.
    explicit AccountFiles(const GuestView &guest);

    AccountTable passwd;
    AccountTable shadow;
    AccountTable group;
    AccountTable gshadow;
    AccountTable subuid;
    AccountTable subgid;

    /// Why accounts of this guest cannot be changed; empty when they can. Escaped.
    [[nodiscard]] std::string trouble() const;

    /// A value of /etc/login.defs or /etc/default/useradd.
    [[nodiscard]] std::string setting(const std::string &key, const std::string &usual) const;
    [[nodiscard]] std::uint32_t number_setting(const std::string &key, std::uint32_t usual) const;

    /// Who has the number, or nullopt.
    [[nodiscard]] std::optional<std::string> user_with(std::uint32_t uid) const;
    [[nodiscard]] std::optional<std::string> group_with(std::uint32_t gid) const;

    /// The number of a group that is named or numbered; nullopt when there is none.
    [[nodiscard]] std::optional<std::uint32_t> gid_of(const std::string &named) const;

    /// As useradd and groupadd choose it: above all others, of the system's own below all others.
    [[nodiscard]] std::optional<std::uint32_t> free_uid(bool system) const;
    [[nodiscard]] std::optional<std::uint32_t> free_gid(bool system) const;

    void add_group(const std::string &name, std::uint32_t gid);
    void remove_group(const std::string &name);
    void add_member(const std::string &name, const std::string &user); ///< of the group `name`

    /// Adds what differs from the files of the guest.
    void note(ImageChanges &changes) const;

  private:
    [[nodiscard]] std::optional<std::uint32_t>
    free_number(const AccountTable &table, const std::string &key, bool system) const;

    std::map<std::string, std::string> settings_;
};

/// The home directory in a line of passwd, without the slashes that may end it.
[[nodiscard]] std::string home_in(const AccountFields &user);

/// Digits alone; nullopt for anything else.
[[nodiscard]] std::optional<std::uint32_t> account_number(const std::string &text);

} // namespace retouch::steps
