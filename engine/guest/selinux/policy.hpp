#pragma once
// The SELinux policy of an image: whether its files bear labels of one, and the policy's texts.

#include "guest/selinux/file_contexts.hpp"
#include "retouch/guest.hpp"

#include <optional>
#include <string>

namespace retouch::guest {

/// The name of the policy that labels what is new in the guest: what /etc/selinux/config names,
/// enforcing or permissive. nullopt when there is none, no rules of it, the root directory has no
/// label, or all is labelled at the next boot (/.autorelabel). Throws Error.
[[nodiscard]] std::optional<std::string> labelling_policy(const GuestView &guest);

/// False when policy_texts() would give none. Throws Error.
[[nodiscard]] bool has_usable_rules(const GuestView &guest, const std::string &policy);

/// The texts of `policy`, links followed inside the guest; nullopt when one is larger than a
/// policy's are. Throws Error.
[[nodiscard]] std::optional<PolicyTexts> policy_texts(const GuestView &guest,
                                                      const std::string &policy);

} // namespace retouch::guest
