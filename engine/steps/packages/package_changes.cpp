#include "steps/packages/package_changes.hpp"

#include "base/text.hpp"
#include "guest/effects/package_source.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::size_t k_most_told = 6;

std::string told(const PackageChange &change) {
    const std::string name = base::escape(change.name);
    if (change.before.empty())
        return fmt::format("{} {} new", name, base::escape(change.after));
    if (change.after.empty())
        return fmt::format("{} {} gone", name, base::escape(change.before));
    return fmt::format("{} {} -> {}", name, base::escape(change.before),
                       base::escape(change.after));
}

} // namespace

HoldChanges hold_changes(const std::vector<std::string> &names, bool hold,
                         const std::vector<std::string> &brought, const PackageManager &manager,
                         const GuestView &guest) {
    HoldChanges result;
    const PackageStates states = manager.states(guest, names);
    for (const std::string &name : names) {
        const PackageState &state = states.at(name);
        const bool comes = std::ranges::find(brought, name) != brought.end();
        if (hold && !state.installed() && !comes)
            result.changes.fail(fmt::format("{} is not installed", base::escape(name)));
        if (state.held != hold)
            result.names.push_back(
                fmt::format("{} {}", base::escape(name),
                            state.installed() ? base::listed(state.versions) : "as it comes"));
    }
    if (!result.names.empty() && result.changes.possible())
        result.changes = manager.hold(guest, names, hold);
    require_possible(guest, result.changes);
    return result;
}

guest::Packages packages_of(const GuestView &guest) {
    return guest::PackageSource(guest).read(guest);
}

std::string told(const std::vector<PackageChange> &changes) {
    if (changes.empty())
        return {};
    std::vector<std::string> parts;
    for (const PackageChange &change : changes)
        if (parts.size() < k_most_told)
            parts.push_back(told(change));
    const std::size_t more = changes.size() - parts.size();
    return fmt::format("{} package{}: {}{}", changes.size(), changes.size() == 1 ? "" : "s",
                       base::joined(parts, ", "),
                       more == 0 ? "" : fmt::format(" and {} more", more));
}

} // namespace retouch::steps
