#pragma once
// TreeMemory: what a guest's tree was at the last look, and what differs at the next one, which
// looks at everything again. It can be packed, so that the runner in the appliance, which does not
// stay, can go on with it.

#include "guest/tree/kept_texts.hpp"
#include "guest/tree/tree.hpp"

namespace retouch::guest {

class TreeMemory {
  public:
    TreeMemory() = default;

    /// What a former one remembered.
    TreeMemory(Tree tree, KeptTexts texts) : tree_(std::move(tree)), texts_(std::move(texts)) {}

    /// Looks at all below the directory `root`. `named` as in KeptTexts.
    [[nodiscard]] LookFailure mark(int root, const std::vector<std::string> &named,
                                   const TreeTools &tools);

    /// Looks again and adds what differs to `found`, in tree order. Requires: mark().
    [[nodiscard]] LookFailure changes(int root, const TreeTools &tools,
                                      std::vector<SeenChange> &found);

    [[nodiscard]] const Tree &tree() const { return tree_; }

    [[nodiscard]] const KeptTexts &texts() const { return texts_; }

  private:
    Tree tree_;
    KeptTexts texts_;
};

} // namespace retouch::guest
