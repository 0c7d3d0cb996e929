#pragma once
// Packages as the databases of dpkg, apk and rpm tell them. Pure functions on untrusted texts.

#include "retouch/effect.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

/// Versions by name and architecture. Versions installed side by side are joined by ", ".
using Packages = std::map<std::string, std::map<std::string, std::string>>;

/// Of /var/lib/dpkg/status, what is installed whole.
[[nodiscard]] Packages dpkg_packages(std::string_view status);

/// Of apk's file "installed".
[[nodiscard]] Packages apk_packages(std::string_view installed);

/// What to ask rpm for, as --queryformat, so that rpm_packages() can read the answer.
inline constexpr std::string_view k_rpm_format =
    R"(%{NAME}\t%{ARCH}\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\n)";
[[nodiscard]] Packages rpm_packages(std::string_view answer);

/// By name, which has ":ARCH" where it has several architectures before or after.
[[nodiscard]] std::vector<PackageChange> package_changes(const Packages &before,
                                                         const Packages &after);

} // namespace retouch::guest
