// Which of two effects wins, and who gains rights by a change. Nothing here looks at a guest.

#include "retouch/effect.hpp"

#include "model/attributes.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace retouch {

namespace {

constexpr std::uint32_t k_set_id = 06000;

bool has_rights(const std::optional<EntryState> &state) {
    return state && state->info.type == FileInfo::Type::regular &&
           ((state->info.mode & k_set_id) != 0 || model::capabilities_of(state->attributes));
}

/// True when `after` has capabilities that `before` has not; a smaller set is another one, too.
bool gains_capabilities(const EntryState &before, const EntryState &after) {
    const auto now = model::capabilities_of(after.attributes);
    return now && now != model::capabilities_of(before.attributes);
}

/// Of two lists of changes of things that have a name: what is left of both, by name. Requires:
/// `first` and `second` name each thing once.
template<typename Change, typename Key>
std::vector<Change> compose_by(const std::vector<Change> &first, const std::vector<Change> &second,
                               Key key) {
    std::map<decltype(key(first.front())), Change> changes;
    for (const Change &change : first)
        changes.insert_or_assign(key(change), change);
    for (const Change &change : second) {
        const auto [found, is_new] = changes.try_emplace(key(change), change);
        if (is_new)
            continue;
        found->second.after = change.after;
        if (found->second.before == found->second.after)
            changes.erase(found);
    }
    std::vector<Change> result;
    result.reserve(changes.size());
    for (auto &[name, change] : changes)
        result.push_back(std::move(change));
    return result;
}

/// A file that was there before and after stays in the list unless its bytes are known to be the
/// former ones.
bool cancels_out(const EntryChange &change) {
    if (change.before != change.after)
        return false;
    return !change.after || change.after->info.type != FileInfo::Type::regular ||
           !change.after->sha256.empty();
}

std::vector<EntryChange> compose_files(const std::vector<EntryChange> &first,
                                       const std::vector<EntryChange> &second) {
    std::map<std::string, EntryChange> changes;
    for (const EntryChange &change : first)
        changes.insert_or_assign(change.path, change);
    for (const EntryChange &change : second) {
        const auto [found, is_new] = changes.try_emplace(change.path, change);
        if (is_new)
            continue;
        found->second.after = change.after;
        found->second.diff.clear();
        if (cancels_out(found->second))
            changes.erase(found);
    }
    std::vector<EntryChange> result;
    result.reserve(changes.size());
    for (auto &[path, change] : changes)
        result.push_back(std::move(change));
    return result;
}

/// A service has two states, so what changes twice is as it was.
std::vector<ServiceChange> compose_services(const std::vector<ServiceChange> &first,
                                            const std::vector<ServiceChange> &second) {
    std::map<std::string, bool> changes;
    for (const ServiceChange &change : first)
        changes[change.unit] = change.enabled;
    for (const ServiceChange &change : second) {
        const auto [found, is_new] = changes.try_emplace(change.unit, change.enabled);
        if (!is_new && found->second != change.enabled)
            changes.erase(found);
    }
    std::vector<ServiceChange> result;
    result.reserve(changes.size());
    for (const auto &[unit, enabled] : changes)
        result.push_back({unit, enabled});
    return result;
}

} // namespace

bool gives_rights(const EntryChange &change) {
    if (!has_rights(change.after))
        return false;
    if (!has_rights(change.before))
        return true;
    const FileInfo &before = change.before->info;
    const FileInfo &after = change.after->info;
    const bool same_bytes =
        !change.before->sha256.empty() && change.before->sha256 == change.after->sha256;
    return (after.mode & ~before.mode & k_set_id) != 0 || after.uid != before.uid ||
           after.gid != before.gid || !same_bytes ||
           gains_capabilities(*change.before, *change.after);
}

Effect compose(const Effect &first, const Effect &second) {
    Effect effect;
    effect.packages = compose_by(first.packages, second.packages,
                                 [](const PackageChange &change) { return change.name; });
    effect.services = compose_services(first.services, second.services);
    effect.accounts = compose_by(first.accounts, second.accounts, [](const AccountChange &change) {
        return std::pair(change.kind, change.name);
    });
    effect.files = compose_files(first.files, second.files);
    effect.bytes_written = first.bytes_written + second.bytes_written;
    return effect;
}

} // namespace retouch
