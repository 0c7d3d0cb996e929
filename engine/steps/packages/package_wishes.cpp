#include "steps/packages/package_wishes.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

PackageWork means_of(const Json &options) {
    PackageWork work;
    work.recommends = options.value("recommends", true);
    work.network = options.value("network", true);
    return work;
}

/// What is held in the image changes only where the recipe holds it.
void require_free(const Json &options, const std::string &name, const PackageState &state,
                  const PackageManager &manager, PackageWishes &wishes) {
    if (!state.held)
        return;
    const Json held = options.value("held", Json::array());
    if (manager.changes_held && std::ranges::find(held, Json(name)) != held.end()) {
        wishes.work.change_held = true;
        return;
    }
    if (wishes.obstacle.empty())
        wishes.obstacle = fmt::format(
            "{} {} is on hold in the image{}", base::escape(name), base::listed(state.versions),
            manager.changes_held ? ": name it in `hold` of the recipe too, or in an `unhold` before"
                                 : ": name it in an `unhold` before");
}

std::string difference(const WantedPackage &wanted, const PackageState &state) {
    const std::string name = base::escape(wanted.name);
    if (state.installed())
        return fmt::format("{} {} -> {}", name, base::listed(state.versions),
                           base::escape(wanted.version));
    return wanted.version.empty()
               ? fmt::format("{} is not there", name)
               : fmt::format("{} {} is not there", name, base::escape(wanted.version));
}

} // namespace

std::vector<Json> named_packages(const Json &options, std::string_view verb,
                                 const PackageManager &manager) {
    std::vector<Json> items;
    const Json &all = options.at(verb);
    if (!all.is_array())
        return items;
    items.assign(all.begin(), all.end());
    if (const auto families = options.find("by_family"); families != options.end())
        if (const auto own = families->find(manager.family); own != families->end())
            items.insert(items.end(), own->begin(), own->end());
    return items;
}

std::vector<std::string> names_of(const std::vector<Json> &packages) {
    std::vector<std::string> names;
    for (const Json &package : packages)
        names.push_back(package.at("name").get<std::string>());
    return names;
}

PackageWishes install_wishes(const Json &options, const PackageManager &manager,
                             const GuestView &guest) {
    PackageWishes wishes;
    wishes.work = means_of(options);
    const std::vector<Json> items = named_packages(options, "install", manager);
    const PackageStates states = manager.states(guest, names_of(items));
    for (const Json &item : items) {
        WantedPackage wanted{item.at("name").get<std::string>(),
                             item.value("version", std::string()), false};
        const PackageState &state = states.at(wanted.name);
        const bool fits =
            wanted.version.empty()
                ? state.installed() || state.provided
                : std::ranges::any_of(state.versions, [&](const std::string &version) {
                      return manager.is_version(version, wanted.version);
                  });
        if (fits)
            continue;
        require_free(options, wanted.name, state, manager, wishes);
        wishes.reasons.push_back(difference(wanted, state));
        wishes.work.packages.push_back(std::move(wanted));
    }
    if (wishes.obstacle.empty() && manager.install_obstacle != nullptr)
        wishes.obstacle = manager.install_obstacle(wishes.work);
    return wishes;
}

PackageWishes removal_wishes(const Json &options, const PackageManager &manager,
                             const GuestView &guest) {
    PackageWishes wishes;
    const std::vector<Json> items = named_packages(options, "remove", manager);
    const PackageStates states = manager.states(guest, names_of(items));
    for (const Json &item : items) {
        const auto name = item.at("name").get<std::string>();
        const PackageState &state = states.at(name);
        const bool purge = item.value("purge", false);
        if (!state.installed() && !(purge && state.kept_configuration))
            continue;
        require_free(options, name, state, manager, wishes);
        if (state.essential && wishes.obstacle.empty())
            wishes.obstacle = fmt::format("{} is essential to the system", base::escape(name));
        wishes.reasons.push_back(
            state.installed()
                ? fmt::format("{} {}", base::escape(name), base::listed(state.versions))
                : fmt::format("the configuration of {}", base::escape(name)));
        wishes.work.packages.push_back({name, {}, purge});
    }
    return wishes;
}

PackageWishes update_wishes(const Json &options, const PackageManager &manager,
                            const GuestView &guest) {
    PackageWishes wishes;
    wishes.work = means_of(options);
    const std::vector<Json> items = named_packages(options, "update", manager);
    for (const auto &[name, state] : manager.states(guest, names_of(items))) {
        if (!state.installed() && wishes.obstacle.empty())
            wishes.obstacle = fmt::format("{} is not installed, so there is nothing to update",
                                          base::escape(name));
        require_free(options, name, state, manager, wishes);
        wishes.work.packages.push_back({name, {}, false});
    }
    return wishes;
}

} // namespace retouch::steps
