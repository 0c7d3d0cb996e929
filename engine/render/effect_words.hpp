#pragma once
// Effect words: what changed, in few words, for every view of effects. All of it is safe to print
// and without line ends. How lines are gathered and bounded is in effect_lines.hpp.

#include "retouch/effect.hpp"

#include <string>
#include <string_view>

namespace retouch::render {

/// What happened to one thing, behind its mark.
struct EffectLine {
    char mark = ' ';  ///< + added, ~ changed, - removed, ! look at this, blank: a remark
    std::string text; ///< one line, safe to print

    bool operator==(const EffectLine &) const = default;
};

/// `~ openssl 3.0.11-1 -> 3.0.14-1`
[[nodiscard]] EffectLine package_line(const PackageChange &change);

/// `+ enabled ssh.service`
[[nodiscard]] EffectLine service_line(const ServiceChange &change);

/// `+ user nginx: uid 33, gid 33`
[[nodiscard]] EffectLine account_line(const AccountChange &change);

/// `! setuid /usr/bin/x  mode 4755, owner 0:0`, `! capabilities /usr/bin/x  cap_net_raw+ep`.
/// Requires: gives_rights(change).
[[nodiscard]] EffectLine rights_line(const EntryChange &change);

/// `~ /etc/shadow  mode 0644 -> 0600, content, 1.1 KiB -> 1.2 KiB`
[[nodiscard]] EffectLine entry_line(const EntryChange &change);

/// "12 packages, 214 files, 38.2 MiB written"; "no change".
[[nodiscard]] std::string effect_counts(const Effect &effect);

} // namespace retouch::render
