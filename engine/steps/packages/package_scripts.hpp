#pragma once
// Words of the scripts that package managers are run by. Names and versions come from a recipe, by
// whose schema no shell takes them for anything else; they are quoted all the same.

#include "steps/packages/package_manager.hpp"

#include <string>
#include <string_view>

namespace retouch::steps {

/// " 'NAME' 'NAME'". `between`: what stands between a name and its version.
[[nodiscard]] std::string quoted_packages(const PackageWork &work, std::string_view between);

/// The same work for those of its packages that are to be purged, or are not.
[[nodiscard]] PackageWork part_of(const PackageWork &work, bool purged);

/// Of a version with a final "*" the part before it, and whether there was one.
struct VersionWish {
    std::string_view text;
    bool is_prefix = false;
};

[[nodiscard]] VersionWish version_wish(std::string_view wanted);

} // namespace retouch::steps
