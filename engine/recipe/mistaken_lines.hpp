#pragma once
// Mistaken lines: where a file is already known to be wrong. What stands there is not judged again,
// so that one mistake is told once and the others are told with it.

#include "retouch/diagnostics.hpp"

#include <set>

namespace retouch::recipe {

class MistakenLines {
  public:
    void add(const Diagnostics &diagnostics);

    void add(int line) { lines_.insert(line); }

    [[nodiscard]] bool contains(int line) const { return lines_.contains(line); }

    /// Is one of the lines from `first` up to, not including, `end`?
    [[nodiscard]] bool any_in(int first, int end) const;

    /// The diagnostics that stand elsewhere.
    [[nodiscard]] Diagnostics elsewhere(const Diagnostics &diagnostics) const;

  private:
    std::set<int> lines_;
};

} // namespace retouch::recipe
