// File groups: a tree of the changed paths, of which as much is opened as there are lines for.
// Directories with one thing in them cost nothing and are always opened: what is folded is named by
// its deepest common directory. Names deeper than any real path are taken as one.

#include "render/file_groups.hpp"

#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace retouch::render {

namespace {

constexpr std::size_t k_deepest = 64;

struct Node {
    std::map<std::string_view, std::size_t> children;
    std::vector<const EntryChange *> own;
    FileGroup sum;
    bool open = false;

    [[nodiscard]] std::size_t lines() const { return own.size() + children.size(); }
};

void count(const EntryChange &change, FileGroup &sum) {
    if (!change.before)
        ++sum.added;
    else if (!change.after)
        ++sum.removed;
    else
        ++sum.changed;
    if (change.after)
        sum.bytes += change.after->info.size;
}

class ChangeTree {
  public:
    explicit ChangeTree(const std::vector<EntryChange> &changes) {
        nodes_.emplace_back();
        nodes_.front().sum.directory = "/";
        for (const EntryChange &change : changes)
            insert(change);
    }

    /// Opens directories as long as no more than `limit` lines result.
    void open(std::size_t limit) {
        std::set<std::pair<std::size_t, std::size_t>> closed = {{nodes_.front().lines(), 0}};
        std::size_t lines = 1;
        while (!closed.empty() && lines - 1 + closed.begin()->first <= limit) {
            Node &node = nodes_[closed.begin()->second];
            closed.erase(closed.begin());
            lines += node.lines() - 1;
            node.open = true;
            for (const auto &[name, child] : node.children)
                closed.emplace(nodes_[child].lines(), child);
        }
    }

    void collect(std::vector<FileGroup> &groups, std::size_t index = 0) const {
        const Node &node = nodes_[index];
        if (!node.open) {
            groups.push_back(node.sum);
            return;
        }
        for (const EntryChange *change : node.own)
            groups.push_back({.single = change, .directory = {}});
        for (const auto &[name, child] : node.children)
            collect(groups, child);
    }

  private:
    void insert(const EntryChange &change) {
        std::string_view rest = change.path;
        std::size_t index = 0;
        count(change, nodes_[index].sum);
        for (std::size_t depth = 0; !rest.empty(); ++depth) {
            const std::size_t slash = rest.find('/');
            if (slash == 0) {
                rest.remove_prefix(1);
                continue;
            }
            const std::size_t length =
                slash == std::string_view::npos || depth >= k_deepest ? rest.size() : slash;
            index = child_of(index, rest.substr(0, length));
            count(change, nodes_[index].sum);
            rest.remove_prefix(length);
        }
        nodes_[index].own.push_back(&change);
    }

    std::size_t child_of(std::size_t parent, std::string_view name) {
        const auto [found, is_new] = nodes_[parent].children.try_emplace(name, nodes_.size());
        const std::size_t child = found->second;
        if (is_new) {
            std::string directory = nodes_[parent].sum.directory + std::string(name) + '/';
            nodes_.emplace_back().sum.directory = std::move(directory);
        }
        return child;
    }

    std::vector<Node> nodes_;
};

} // namespace

std::vector<FileGroup> group_files(const std::vector<EntryChange> &changes, std::size_t limit) {
    std::vector<FileGroup> groups;
    if (changes.empty())
        return groups;
    ChangeTree tree(changes);
    tree.open(limit);
    tree.collect(groups);
    return groups;
}

} // namespace retouch::render
