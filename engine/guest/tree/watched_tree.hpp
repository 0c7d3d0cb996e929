#pragma once
// WatchedTree: what a guest's tree was at the last look, and what differs at the next one, at the
// cost of what changed: the kernel tells where to look. TreeMemory, which it is used in place of,
// looks at everything each time. Shared with the runner in the appliance.

#include "guest/tree/file_notes.hpp"
#include "guest/tree/kept_texts.hpp"
#include "guest/tree/tree.hpp"
#include "guest/tree/tree_index.hpp"

#include <string>
#include <vector>

namespace retouch::guest {

class WatchedTree {
  public:
    WatchedTree();

    /// Looks at all below the directory `root`, which is one of `places`: a directory of each
    /// filesystem mounted there, open as FileNotes wants it. `named` as in KeptTexts.
    [[nodiscard]] LookFailure mark(int root, const std::vector<int> &places,
                                   const std::vector<std::string> &named, const TreeTools &tools);

    /// Looks again and adds what differs to `found`, in tree order. Where the kernel did not note
    /// it all it looks at everything, of a filesystem or of all. Requires: mark().
    [[nodiscard]] LookFailure changes(int root, const TreeTools &tools,
                                      std::vector<SeenChange> &found);

    /// Looks at everything once more and adds to `found` what no changes() told.
    [[nodiscard]] LookFailure unnoted(int root, const TreeTools &tools,
                                      std::vector<SeenChange> &found);

  private:
    [[nodiscard]] bool gather(std::vector<std::string> &touched) const;
    [[nodiscard]] bool gather_unwatched(std::vector<std::string> &paths) const;
    [[nodiscard]] LookFailure look_at_all(int root, const TreeTools &tools,
                                          std::vector<SeenChange> &found);

    FileNotes notes_;
    std::vector<int> unwatched_; ///< places of filesystems that nothing is noted of
    TreeIndex index_;
    KeptTexts texts_;
};

} // namespace retouch::guest
