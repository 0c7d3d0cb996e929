#include "guest/known_entries.hpp"

#include "base/path.hpp"

#include <set>

namespace retouch::guest {

namespace {

/// More are not worth their room: those seen first are asked for again.
constexpr std::size_t k_most_kept = 200'000;

void add(const LookWish &wish, std::set<std::string> &named, std::vector<LookWish> &all) {
    if (!named.insert(wish.path).second)
        return;
    if (wish.path != "/")
        add({base::parent_path(wish.path), std::nullopt}, named, all);
    all.push_back(wish);
}

} // namespace

const SeenEntry *KnownEntries::find(const std::string &path) const {
    const auto found = entries_.find(path);
    return found == entries_.end() ? nullptr : &found->second;
}

bool KnownEntries::is_without_links(const std::string &path) const {
    for (std::string above = path; above != "/";) {
        above = base::parent_path(above);
        const SeenEntry *seen = find(above);
        if (seen == nullptr)
            return above == "/";
        if (seen->info && seen->info->type == FileInfo::Type::symlink)
            return false;
    }
    return true;
}

void KnownEntries::saw(const std::string &path, const SeenEntry &seen) {
    if (!is_without_links(path))
        return;
    if (entries_.size() >= k_most_kept)
        entries_.clear();
    entries_.insert_or_assign(path, seen);
}

void KnownEntries::forget(const std::string &path) {
    if (!is_without_links(path))
        return forget_all();
    const std::string below = path == "/" ? path : path + "/";
    auto at = entries_.lower_bound(below);
    while (at != entries_.end() && at->first.starts_with(below))
        at = entries_.erase(at);
    entries_.erase(path);
}

void KnownEntries::forget_followed(const std::string &path) {
    const SeenEntry *seen = find(path);
    if (seen != nullptr && seen->info && seen->info->type != FileInfo::Type::symlink)
        forget(path);
    else
        forget_all();
}

std::vector<LookWish> with_directories_above(const std::vector<LookWish> &wishes) {
    std::set<std::string> named;
    std::vector<LookWish> all;
    for (const LookWish &wish : wishes)
        add(wish, named, all);
    return all;
}

} // namespace retouch::guest
