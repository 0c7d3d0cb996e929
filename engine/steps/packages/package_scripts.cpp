#include "steps/packages/package_scripts.hpp"

#include <fmt/format.h>

namespace retouch::steps {

std::string quoted_packages(const PackageWork &work, std::string_view between) {
    std::string words;
    for (const WantedPackage &package : work.packages)
        words += package.version.empty()
                     ? fmt::format(" '{}'", package.name)
                     : fmt::format(" '{}{}{}'", package.name, between, package.version);
    return words;
}

PackageWork part_of(const PackageWork &work, bool purged) {
    PackageWork part = work;
    std::erase_if(part.packages,
                  [purged](const WantedPackage &package) { return package.purge != purged; });
    return part;
}

VersionWish version_wish(std::string_view wanted) {
    const bool is_prefix = wanted.ends_with('*');
    return {wanted.substr(0, wanted.size() - (is_prefix ? 1 : 0)), is_prefix};
}

} // namespace retouch::steps
