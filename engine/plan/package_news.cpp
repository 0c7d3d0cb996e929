#include "plan/package_news.hpp"

#include "base/fact_text.hpp"

#include <fmt/format.h>

namespace retouch::plan {

bool has_same_packages(const Target &target, const std::map<std::string, std::string> &facts) {
    const auto packages = facts.find(base::k_package_list);
    return !target.unless_packages.empty() && packages != facts.end() &&
           packages->second == target.unless_packages;
}

bool rehearsed_same_packages(const Target &target) {
    return target.rehearsal && target.rehearsal->passed &&
           has_same_packages(target, target.rehearsal->facts);
}

std::string why_not_needed(const Target &target) {
    return fmt::format("built again, it has the packages of image {}, to the version: nothing new "
                       "was published",
                       target.present.value().id);
}

} // namespace retouch::plan
