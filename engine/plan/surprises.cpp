#include "plan/surprises.hpp"

#include "base/text.hpp"
#include "model/volatile_change.hpp"

#include <fmt/format.h>

#include <map>

namespace retouch::plan {

namespace {

std::string happened(const EntryChange &change) {
    if (!change.before)
        return "added";
    return change.after ? "changed" : "removed";
}

std::string kind_name(FileInfo::Type type) {
    switch (type) {
    case FileInfo::Type::regular:
        return "a file";
    case FileInfo::Type::directory:
        return "a directory";
    case FileInfo::Type::symlink:
        return "a link";
    case FileInfo::Type::other:
        return "a device, pipe or socket";
    }
    return {};
}

/// How the outcome differs, the first thing a reader would want to know.
std::string difference(const EntryState &rehearsed, const EntryState &actual) {
    const FileInfo &was = rehearsed.info;
    const FileInfo &is = actual.info;
    if (was.type != is.type)
        return fmt::format("is {}, in the rehearsal it was {}", kind_name(is.type),
                           kind_name(was.type));
    if (was.mode != is.mode)
        return fmt::format("has the mode {}, in the rehearsal {}", base::format_mode(is.mode),
                           base::format_mode(was.mode));
    if (was.uid != is.uid || was.gid != is.gid)
        return fmt::format("belongs to {}:{}, in the rehearsal to {}:{}", is.uid, is.gid, was.uid,
                           was.gid);
    if (rehearsed.target != base::to_valid_utf8(actual.target))
        return fmt::format("points to {}, in the rehearsal to {}", base::escape(actual.target),
                           base::escape(rehearsed.target));
    if (was.size != is.size)
        return fmt::format("has {} bytes, in the rehearsal {}", is.size, was.size);
    if (rehearsed.sha256 != actual.sha256)
        return "has other bytes than in the rehearsal";
    return "has other attributes than in the rehearsal";
}

std::string difference(const EntryChange &rehearsed, const EntryChange &actual) {
    const std::string was = happened(rehearsed);
    const std::string is = happened(actual);
    if (was != is)
        return fmt::format("was {}, in the rehearsal it was {}", is, was);
    return actual.after ? difference(*rehearsed.after, *actual.after) : std::string();
}

/// As a plan carries it: what is no UTF-8 is replaced.
EntryState as_saved(EntryState state) {
    state.target = base::to_valid_utf8(state.target);
    state.attributes = base::to_valid_utf8(state.attributes);
    return state;
}

bool is_same(const EntryChange &rehearsed, const EntryChange &actual) {
    if (happened(rehearsed) != happened(actual))
        return false;
    return !actual.after || model::lasting_part(actual.path, as_saved(*rehearsed.after)) ==
                                model::lasting_part(actual.path, as_saved(*actual.after));
}

using Changes = std::map<std::string, const EntryChange *>;

Changes by_path(const Effect &effect) {
    Changes changes;
    for (const EntryChange &change : effect.files)
        changes.emplace(base::to_valid_utf8(change.path), &change);
    return changes;
}

void compare_packages(const Effect &rehearsed, const Effect &actual, std::vector<Surprise> &found) {
    std::map<std::string, std::pair<std::string, std::string>> versions;
    for (const PackageChange &change : rehearsed.packages)
        versions[base::to_valid_utf8(change.name)].first = base::to_valid_utf8(change.after);
    for (const PackageChange &change : actual.packages)
        versions[base::to_valid_utf8(change.name)].second = base::to_valid_utf8(change.after);
    const auto named = [](const Effect &effect, const std::string &name) {
        for (const PackageChange &change : effect.packages)
            if (base::to_valid_utf8(change.name) == name)
                return true;
        return false;
    };
    const auto shown = [](const std::string &version) {
        return version.empty() ? std::string("removed") : "at " + base::escape(version);
    };
    for (const auto &[name, after] : versions) {
        const bool was = named(rehearsed, name);
        const bool is = named(actual, name);
        if (was && !is)
            found.push_back({"package " + name, "changed in the rehearsal only"});
        else if (!was && is)
            found.push_back(
                {"package " + name, fmt::format("is now {}, but did not change in the rehearsal",
                                                shown(after.second))});
        else if (after.first != after.second)
            found.push_back(
                {"package " + name, fmt::format("is now {}, in the rehearsal it was {}",
                                                shown(after.second), shown(after.first))});
    }
}

} // namespace

std::vector<Surprise> surprises(const Effect &rehearsed, const Effect &actual,
                                const std::vector<std::string> &volatile_paths) {
    std::vector<Surprise> found;
    compare_packages(rehearsed, actual, found);
    const Changes before = by_path(rehearsed);
    const Changes now = by_path(actual);
    std::map<std::string, std::string> texts;
    const auto excused = [&](const EntryChange &change) {
        return model::is_volatile_change(change, volatile_paths);
    };
    for (const auto &[path, change] : now) {
        const auto known = before.find(path);
        if (known == before.end()) {
            if (!excused(*change))
                texts[path] = fmt::format("was {}, but not in the rehearsal", happened(*change));
        } else if (!is_same(*known->second, *change) &&
                   !(excused(*known->second) && excused(*change))) {
            texts[path] = difference(*known->second, *change);
        }
    }
    for (const auto &[path, change] : before)
        if (!now.contains(path) && !excused(*change))
            texts[path] = fmt::format("was {} in the rehearsal only", happened(*change));
    for (const auto &[path, text] : texts)
        found.push_back({path, text});
    return found;
}

} // namespace retouch::plan
