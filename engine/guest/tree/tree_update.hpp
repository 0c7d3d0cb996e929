#pragma once
// TreeUpdate: brings an index of a tree up to date where something may have changed, and knows what
// was there before. It looks at metadata only. Shared with the runner in the appliance.

#include "guest/tree/tree_index.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace retouch::guest {

class TreeUpdate {
  public:
    /// Borrows both. `root` is the directory that the index is of.
    TreeUpdate(int root, const TreeTools &tools, TreeIndex &index)
        : root_(root), tools_(tools), index_(index) {}

    /// Looks at these paths, at all names of the same files, and below directories that were not
    /// there before, or that are in `whole`. To be called once.
    [[nodiscard]] LookFailure look(const std::vector<std::string> &paths,
                                   const std::vector<std::string> &whole);

    struct Pair {
        std::string path;
        std::optional<TreeEntry> before;
    };

    /// What was looked at, in tree order, as it was before.
    [[nodiscard]] std::vector<Pair> take_former();

  private:
    struct InOrder {
        bool operator()(const std::string &first, const std::string &second) const {
            return in_tree_order(first, second);
        }
    };

    [[nodiscard]] LookFailure look_at_path(const std::string &path);
    [[nodiscard]] LookFailure walk(int parent, const char *name, const TreeEntry &directory);
    void remember(std::vector<TreeEntry> entries);
    void touch_names(const TreeEntry &file);

    int root_;
    const TreeTools &tools_;
    TreeIndex &index_;
    std::set<std::string, InOrder> left_;
    std::set<std::string> whole_;
    std::set<std::pair<std::uint64_t, std::uint64_t>> touched_; ///< inodes, with their devices
    std::map<std::string, std::optional<TreeEntry>, InOrder> former_;
};

} // namespace retouch::guest
