#pragma once
// Accounts: users and groups of the texts of /etc/passwd and /etc/group, without passwords. Pure
// functions on untrusted texts.

#include "retouch/effect.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace retouch::guest {

/// By kind and name, each as AccountChange has it; of a name that is there twice the first.
using Accounts = std::map<std::pair<AccountChange::Kind, std::string>, std::string>;

[[nodiscard]] Accounts accounts_of(std::string_view passwd, std::string_view group);

/// Users first, by name.
[[nodiscard]] std::vector<AccountChange> account_changes(const Accounts &before,
                                                         const Accounts &after);

} // namespace retouch::guest
