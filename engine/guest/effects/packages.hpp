#pragma once
// Packages as the databases of dpkg, apk and rpm tell them. Pure functions on untrusted texts.

#include "retouch/effect.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

/// What a database says of one package.
struct PackageRecord {
    std::string name;
    std::string architecture;
    std::string version;
    std::string provides;            ///< other names it goes by, as the database lists them
    bool installed = true;           ///< whole
    bool kept_configuration = false; ///< dpkg: gone but for its configuration files
    bool held = false;               ///< dpkg
    bool essential = false;          ///< dpkg
};

/// Of /var/lib/dpkg/status, in its order.
[[nodiscard]] std::vector<PackageRecord> dpkg_records(std::string_view status);

/// Of apk's file "installed", in its order.
[[nodiscard]] std::vector<PackageRecord> apk_records(std::string_view installed);

/// Versions by name and architecture. Versions installed side by side are joined by ", ".
using Packages = std::map<std::string, std::map<std::string, std::string>>;

/// Those that are installed whole.
[[nodiscard]] Packages installed_packages(const std::vector<PackageRecord> &records);

/// What to ask rpm for, as --queryformat, so that rpm_packages() can read the answer.
inline constexpr std::string_view k_rpm_format =
    R"(%{NAME}\t%{ARCH}\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\n)";
[[nodiscard]] Packages rpm_packages(std::string_view answer);

/// By name, which has ":ARCH" where it has several architectures before or after.
[[nodiscard]] std::vector<PackageChange> package_changes(const Packages &before,
                                                         const Packages &after);

} // namespace retouch::guest
