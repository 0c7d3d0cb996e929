#include "steps/support/account_files.hpp"

#include "base/text.hpp"
#include "guest/guest_text.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace retouch::steps {

namespace {

constexpr std::size_t k_largest_settings = std::size_t{256} * 1024;
constexpr std::uint32_t k_first_number = 1000;
constexpr std::uint32_t k_last_number = 60000;
constexpr std::uint32_t k_first_of_system = 101;

/// "KEY value" of login.defs, "KEY=value" of default/useradd.
void read_settings(const std::string &text, std::map<std::string, std::string> &settings) {
    for (const std::string &line : base::split_lines(text)) {
        const std::string_view trimmed = base::trim(line);
        const std::size_t end = trimmed.find_first_of(" \t=");
        if (trimmed.starts_with('#') || end == std::string_view::npos)
            continue;
        const std::string_view value = base::trim(trimmed.substr(end + 1));
        if (value.find(':') == std::string_view::npos) // it would end a field
            settings[std::string(trimmed.substr(0, end))] = value;
    }
}

std::optional<std::string> with_number(const AccountTable &table, std::uint32_t number) {
    for (const AccountFields &row : table.rows(k_number_column + 1))
        if (account_number(row[k_number_column]) == number)
            return row.front();
    return std::nullopt;
}

} // namespace

std::string home_in(const AccountFields &user) {
    std::string home = user.at(k_home_column);
    while (home.size() > 1 && home.ends_with('/'))
        home.pop_back();
    return home;
}

std::optional<std::uint32_t> account_number(const std::string &text) {
    std::uint32_t number = 0;
    const char *end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end)
        return std::nullopt;
    return number;
}

AccountFiles::AccountFiles(const GuestView &guest)
    : passwd(guest, "/etc/passwd"),
      shadow(guest, "/etc/shadow"),
      group(guest, "/etc/group"),
      gshadow(guest, "/etc/gshadow"),
      subuid(guest, "/etc/subuid"),
      subgid(guest, "/etc/subgid") {
    for (const char *path : {"/etc/login.defs", "/etc/default/useradd"})
        if (const auto text = guest::text_in_guest(guest, path, k_largest_settings))
            read_settings(*text, settings_);
}

std::string AccountFiles::trouble() const {
    for (const AccountTable *table : {&passwd, &shadow, &group, &gshadow, &subuid, &subgid})
        if (!table->trouble().empty())
            return table->trouble();
    if (!passwd.is_there() || !group.is_there())
        return "the image has no /etc/passwd and /etc/group";
    if (!shadow.is_there())
        return "the image has no /etc/shadow, so that its passwords are in /etc/passwd, where "
               "everybody reads them; pwconv makes one";
    return {};
}

std::string AccountFiles::setting(const std::string &key, const std::string &usual) const {
    const auto found = settings_.find(key);
    return found == settings_.end() ? usual : found->second;
}

std::uint32_t AccountFiles::number_setting(const std::string &key, std::uint32_t usual) const {
    return account_number(setting(key, "")).value_or(usual);
}

std::optional<std::string> AccountFiles::user_with(std::uint32_t uid) const {
    return with_number(passwd, uid);
}

std::optional<std::string> AccountFiles::group_with(std::uint32_t gid) const {
    return with_number(group, gid);
}

std::optional<std::uint32_t> AccountFiles::gid_of(const std::string &named) const {
    if (const auto row = group.find(named, k_number_column + 1))
        return account_number((*row)[k_number_column]);
    const auto number = account_number(named);
    return number && group_with(*number) ? number : std::nullopt;
}

std::optional<std::uint32_t> AccountFiles::free_number(const AccountTable &table,
                                                       const std::string &key, bool system) const {
    const std::uint32_t first_of_people = number_setting(key + "_MIN", k_first_number);
    const std::uint32_t first =
        system ? number_setting("SYS_" + key + "_MIN", k_first_of_system) : first_of_people;
    const std::uint32_t last =
        system ? number_setting("SYS_" + key + "_MAX", std::max(first_of_people, 1U) - 1)
               : number_setting(key + "_MAX", k_last_number);
    std::set<std::uint32_t> used;
    for (const AccountFields &row : table.rows(k_number_column + 1))
        if (const auto number = account_number(row[k_number_column]);
            number && *number >= first && *number <= last)
            used.insert(*number);
    if (first > last)
        return std::nullopt;
    if (used.empty())
        return system ? last : first;
    if (system ? *used.begin() > first : *used.rbegin() < last)
        return system ? *used.begin() - 1 : *used.rbegin() + 1;
    for (std::uint32_t step = 0; step <= last - first; ++step)
        if (const std::uint32_t number = system ? last - step : first + step;
            !used.contains(number))
            return number;
    return std::nullopt;
}

std::optional<std::uint32_t> AccountFiles::free_uid(bool system) const {
    return free_number(passwd, "UID", system);
}

std::optional<std::uint32_t> AccountFiles::free_gid(bool system) const {
    return free_number(group, "GID", system);
}

void AccountFiles::add_group(const std::string &name, std::uint32_t gid) {
    group.put({name, "x", std::to_string(gid), ""});
    if (gshadow.is_there())
        gshadow.put({name, "!", "", ""});
}

void AccountFiles::remove_group(const std::string &name) {
    group.remove(name);
    gshadow.remove(name);
}

void AccountFiles::add_member(const std::string &name, const std::string &user) {
    for (AccountTable *table : {&group, &gshadow})
        if (auto row = table->find(name, k_group_columns)) {
            (*row)[k_members_column] = with_member((*row)[k_members_column], user);
            table->put(*row);
        }
}

void AccountFiles::note(ImageChanges &changes) const {
    for (const AccountTable *table : {&passwd, &shadow, &group, &gshadow, &subuid, &subgid})
        table->note(changes);
}

} // namespace retouch::steps
