#include "steps/packages/package_claims.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <set>

namespace retouch::steps {

namespace {

/// What is to go goes with nothing else; what is held may be installed and updated.
bool contradict(const std::string &one, const std::string &other) {
    return one == other || one == "remove" || other == "remove" ||
           (one == "hold" && other == "unhold") || (one == "unhold" && other == "hold");
}

bool meet(const PackageClaim &one, const PackageClaim &other) {
    return one.family.empty() || other.family.empty() || one.family == other.family;
}

/// A package may be released from its hold and then removed, in this order.
bool is_release(const PackageClaim &before, const PackageClaim &claim) {
    return before.verb == "unhold" && claim.verb == "remove";
}

} // namespace

void PackageClaims::claim(PackageClaim claim, const Reader &reader) {
    const auto [first, last] = by_name_.equal_range(claim.name);
    for (auto each = first; each != last; ++each) {
        const PackageClaim &before = each->second;
        if (!contradict(before.verb, claim.verb) || !meet(before, claim) ||
            is_release(before, claim))
            continue;
        reader.conflict(claim.mark, fmt::format("'{}' is named twice", base::escape(claim.name)),
                        before.mark, fmt::format("'{}' is here", before.verb));
        return;
    }
    by_name_.emplace(claim.name, std::move(claim));
}

std::vector<std::string> PackageClaims::names_of(std::string_view verb) const {
    std::set<std::string> found;
    for (const auto &[name, claim] : by_name_)
        if (claim.verb == verb)
            found.insert(name);
    return {found.begin(), found.end()};
}

} // namespace retouch::steps
