#pragma once
// TreeInspection: looks into what the metadata of two looks tell may have changed: reads its bytes
// once, for the digest and for the text. Shared with the runner in the appliance.

#include "guest/tree/kept_texts.hpp"
#include "guest/tree/tree.hpp"
#include "guest/tree/tree_comparison.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace retouch::guest {

class TreeInspection {
  public:
    /// Borrows all three. `texts` are those of the look before, and become those of this one.
    TreeInspection(int root, const TreeTools &tools, KeptTexts &texts)
        : root_(root), tools_(tools), texts_(texts) {}

    /// Adds the pair to `found` if it differs, and completes what is there now by its digest.
    [[nodiscard]] LookFailure inspect(const TreePair &pair, std::vector<SeenChange> &found);

  private:
    using Inode = std::pair<std::uint64_t, std::uint64_t>;

    [[nodiscard]] std::optional<std::string> take_former(TreeEntry &before);
    [[nodiscard]] LookFailure look_into(TreeEntry &entry, std::optional<std::string> &bytes);

    int root_;
    const TreeTools &tools_;
    KeptTexts &texts_;
    std::map<Inode, std::string> digests_; ///< a file with several names is read once
};

/// Looks at everything again: `now` becomes the tree as it is, and what differs from `former` is
/// added to `found`, in tree order. `texts` as in TreeInspection.
[[nodiscard]] LookFailure look_again(int root, const Tree &former, const TreeTools &tools,
                                     KeptTexts &texts, Tree &now, std::vector<SeenChange> &found);

/// Keeps what is wanted of the texts of a first look.
[[nodiscard]] LookFailure keep_texts(int root, const Tree &tree, const TreeTools &tools,
                                     KeptTexts &texts);

} // namespace retouch::guest
