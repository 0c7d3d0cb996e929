#pragma once
// TreeIndex: the entries of a tree, found by path and by inode, so that few of them can be changed
// at what few cost. Plain data, without a look at any disk. Shared with the runner in the
// appliance.

#include "guest/tree/tree.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace retouch::guest {

class TreeIndex {
  public:
    TreeIndex() = default;
    explicit TreeIndex(Tree tree);
    ~TreeIndex() = default;
    TreeIndex(TreeIndex &&) = default;
    TreeIndex &operator=(TreeIndex &&) = default;
    TreeIndex(const TreeIndex &) = delete;
    TreeIndex &operator=(const TreeIndex &) = delete;

    /// nullptr when there is none. Valid until the entry is taken; what it is found by must stay.
    [[nodiscard]] const TreeEntry *find(std::string_view path) const;
    [[nodiscard]] TreeEntry *find(std::string_view path);

    /// All names of an inode, in order of bytes: one for whatever has no hard links.
    [[nodiscard]] std::vector<std::string_view> names_of(std::uint64_t device,
                                                         std::uint64_t inode) const;

    /// True when everybody may pass through what is above `path`.
    [[nodiscard]] bool is_reachable(std::string_view path) const;

    /// Takes out what is at `path` and below, in tree order.
    [[nodiscard]] std::vector<TreeEntry> take(const std::string &path);

    /// Takes out what is at `path`, and leaves what is below.
    [[nodiscard]] std::vector<TreeEntry> take_one(const std::string &path);

    /// Requires: nothing is there. The reference stays valid until the entry is taken.
    TreeEntry &put(TreeEntry entry);

    /// All of it, and nothing is left.
    [[nodiscard]] Tree take_all();

  private:
    struct InOrder {
        using is_transparent = void;

        bool operator()(std::string_view first, std::string_view second) const {
            return in_tree_order(first, second);
        }
    };

    using Entries = std::map<std::string, TreeEntry, InOrder>;

    Entries::iterator take_out(Entries::iterator entry, std::vector<TreeEntry> &taken);

    /// A name, of an inode of a device. A guest may give one file as many names as it likes.
    using Name = std::tuple<std::uint64_t, std::uint64_t, std::string_view>;

    Entries entries_;
    std::set<Name> names_; ///< borrow from the keys of entries_
};

} // namespace retouch::guest
