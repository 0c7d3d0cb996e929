#pragma once
// Accounts of a guest: numbers behind names, from its own /etc/passwd and /etc/group.
// No name service is asked: what only LDAP knows is not known here.

#include "retouch/guest.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace retouch::steps {

/// The uid of a name; a number is itself and root is 0 without looking. Throws Error.
[[nodiscard]] std::optional<std::uint32_t> find_user(const GuestView &guest,
                                                     const std::string &name);

/// The same for groups.
[[nodiscard]] std::optional<std::uint32_t> find_group(const GuestView &guest,
                                                      const std::string &name);

/// Home directories of all users, normal and absolute, sorted, each once, /root always among them.
[[nodiscard]] std::vector<std::string> home_directories(const GuestView &guest);

} // namespace retouch::steps
