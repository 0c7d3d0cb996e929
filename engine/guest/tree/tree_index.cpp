#include "guest/tree/tree_index.hpp"

#include <utility>

namespace retouch::guest {

TreeIndex::TreeIndex(Tree tree) {
    by_inode_.reserve(tree.entries.size());
    for (TreeEntry &entry : tree.entries)
        put(std::move(entry));
}

const TreeEntry *TreeIndex::find(std::string_view path) const {
    const auto found = entries_.find(path);
    return found == entries_.end() ? nullptr : &found->second;
}

TreeEntry *TreeIndex::find(std::string_view path) {
    const auto found = entries_.find(path);
    return found == entries_.end() ? nullptr : &found->second;
}

std::vector<std::string_view> TreeIndex::names_of(std::uint64_t device, std::uint64_t inode) const {
    std::vector<std::string_view> names;
    const auto [first, last] = by_inode_.equal_range(inode);
    for (auto at = first; at != last; ++at)
        if (at->second->second.device == device)
            names.emplace_back(at->second->first);
    return names;
}

bool TreeIndex::is_reachable(std::string_view path) const {
    for (std::size_t end = path.rfind('/'); path.size() > 1; end = path.rfind('/')) {
        path = path.substr(0, end == 0 ? 1 : end);
        const TreeEntry *directory = find(path);
        // As a walk has it, the root is open to all.
        if (path.size() > 1 && (directory == nullptr || (directory->info.mode & 0001) == 0))
            return false;
    }
    return true;
}

TreeIndex::Entries::iterator TreeIndex::take_out(Entries::iterator entry,
                                                 std::vector<TreeEntry> &taken) {
    const auto [first, last] = by_inode_.equal_range(entry->second.inode);
    for (auto at = first; at != last; ++at)
        if (at->second == Entries::const_iterator(entry)) {
            by_inode_.erase(at);
            break;
        }
    taken.push_back(std::move(entry->second));
    return entries_.erase(entry);
}

std::vector<TreeEntry> TreeIndex::take(const std::string &path) {
    std::vector<TreeEntry> taken;
    const std::string below = path == "/" ? path : path + "/";
    auto entry = entries_.find(path);
    while (entry != entries_.end() &&
           (entry->first == path || entry->first.compare(0, below.size(), below) == 0))
        entry = take_out(entry, taken);
    return taken;
}

std::vector<TreeEntry> TreeIndex::take_one(const std::string &path) {
    std::vector<TreeEntry> taken;
    if (const auto entry = entries_.find(path); entry != entries_.end())
        take_out(entry, taken);
    return taken;
}

TreeEntry &TreeIndex::put(TreeEntry entry) {
    const std::uint64_t inode = entry.inode;
    std::string path = entry.path;
    const auto at = entries_.emplace_hint(entries_.end(), std::move(path), std::move(entry));
    by_inode_.emplace(inode, at);
    return at->second;
}

Tree TreeIndex::take_all() {
    Tree tree;
    tree.entries.reserve(entries_.size());
    for (auto &[path, entry] : entries_)
        tree.entries.push_back(std::move(entry));
    entries_.clear();
    by_inode_.clear();
    return tree;
}

} // namespace retouch::guest
