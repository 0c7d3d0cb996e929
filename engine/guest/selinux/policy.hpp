#pragma once
// The SELinux policy of an image: whether its files bear labels of one, and the policy's texts.

#include "guest/selinux/file_contexts.hpp"
#include "retouch/guest.hpp"

#include <optional>
#include <string>
#include <vector>

namespace retouch::guest {

inline constexpr const char *k_selinux_config = "/etc/selinux/config";

/// Where it is there, the first boot labels all files.
inline constexpr const char *k_relabel_file = "/.autorelabel";

/// The name of the policy that labels what is new in the guest: what /etc/selinux/config names,
/// enforcing or permissive. nullopt when there is none, no rules of it, the root directory has no
/// label, or all is labelled at the next boot (/.autorelabel). Throws Error.
[[nodiscard]] std::optional<std::string> labelling_policy(const GuestView &guest);

/// What /etc/selinux/config says; empty where it says nothing.
struct SelinuxConfig {
    std::string mode; ///< in small letters
    std::string policy;

    [[nodiscard]] bool is_on() const { return mode == "enforcing" || mode == "permissive"; }
};

/// nullopt where there is no such file, or the guest is no Linux. Throws Error.
[[nodiscard]] std::optional<SelinuxConfig> selinux_config(const GuestView &guest);

/// Whether the policy is a name and has rules for labels. Throws Error.
[[nodiscard]] bool has_policy(const GuestView &guest, const std::string &policy);

/// The policy that /etc/selinux/config names, on or not; nullopt where it has no rules. Throws
/// Error.
[[nodiscard]] std::optional<std::string> named_policy(const GuestView &guest);

/// Types of labels that somebody gave on purpose, by the policy's list of them. Throws Error.
[[nodiscard]] std::vector<std::string> customizable_types(const GuestView &guest,
                                                          const std::string &policy);

/// False when policy_texts() would give none. Throws Error.
[[nodiscard]] bool has_usable_rules(const GuestView &guest, const std::string &policy);

/// The texts of `policy`, links followed inside the guest; nullopt when one is larger than a
/// policy's are. Throws Error.
[[nodiscard]] std::optional<PolicyTexts> policy_texts(const GuestView &guest,
                                                      const std::string &policy);

} // namespace retouch::guest
