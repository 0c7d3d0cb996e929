#include "guest/tree/tree_index.hpp"

#include <utility>

namespace retouch::guest {

TreeIndex::TreeIndex(Tree tree) {
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
    for (auto name = names_.lower_bound({device, inode, {}});
         name != names_.end() && std::get<0>(*name) == device && std::get<1>(*name) == inode;
         ++name)
        names.push_back(std::get<2>(*name));
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
    names_.erase({entry->second.device, entry->second.inode, entry->first});
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
    std::string path = entry.path;
    const auto at = entries_.emplace_hint(entries_.end(), std::move(path), std::move(entry));
    names_.emplace(at->second.device, at->second.inode, at->first);
    return at->second;
}

Tree TreeIndex::take_all() {
    Tree tree;
    tree.entries.reserve(entries_.size());
    for (auto &[path, entry] : entries_)
        tree.entries.push_back(std::move(entry));
    names_.clear();
    entries_.clear();
    return tree;
}

} // namespace retouch::guest
