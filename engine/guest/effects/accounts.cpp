#include "guest/effects/accounts.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace retouch::guest {

namespace {

using Kind = AccountChange::Kind;

std::string members(const std::string &list) {
    return list.empty() ? "" : ", members " + base::joined(base::split(list, ','), ", ");
}

} // namespace

Accounts accounts_of(std::string_view passwd, std::string_view group) {
    Accounts accounts;
    for (const std::string &line : base::split_lines(passwd))
        if (const std::vector<std::string> fields = base::split(line, ':'); fields.size() == 7)
            accounts.try_emplace(
                {Kind::user, fields[0]},
                fmt::format("uid {}, gid {}, {}, {}", fields[2], fields[3], fields[5], fields[6]));
    for (const std::string &line : base::split_lines(group))
        if (const std::vector<std::string> fields = base::split(line, ':'); fields.size() == 4)
            accounts.try_emplace({Kind::group, fields[0]},
                                 fmt::format("gid {}{}", fields[2], members(fields[3])));
    return accounts;
}

std::vector<AccountChange> account_changes(const Accounts &before, const Accounts &after) {
    Accounts all = before;
    all.insert(after.begin(), after.end());
    const auto find = [](const Accounts &accounts, const Accounts::key_type &key) {
        const auto found = accounts.find(key);
        return found == accounts.end() ? std::nullopt : std::optional(found->second);
    };
    std::vector<AccountChange> changes;
    for (const auto &[key, text] : all) {
        AccountChange change{key.first, key.second, find(before, key), find(after, key)};
        if (change.before != change.after)
            changes.push_back(std::move(change));
    }
    return changes;
}

} // namespace retouch::guest
