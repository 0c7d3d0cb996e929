#pragma once
// Levels: the block collections that are open around a line, outermost first, by their columns.
// They judge nothing; what may stand where is for the layout check.

#include <cstddef>
#include <vector>

namespace retouch::recipe {

class YamlLevels {
  public:
    /// Closes the collections deeper than `column`, as a new line does.
    void leave_deeper(std::size_t column);

    void open(std::size_t column, bool list) { levels_.push_back({column, list}); }

    void close_innermost() { levels_.pop_back(); }

    /// A line at `column` is deeper than all that is open.
    [[nodiscard]] bool holds(std::size_t column) const {
        return levels_.empty() || levels_.back().column < column;
    }

    [[nodiscard]] bool innermost_is_at(std::size_t column) const {
        return !levels_.empty() && levels_.back().column == column;
    }

    /// The one around the innermost starts at `column` too: a list may, below its key.
    [[nodiscard]] bool outer_is_at(std::size_t column) const {
        return levels_.size() > 1 && levels_[levels_.size() - 2].column == column;
    }

    [[nodiscard]] bool in_list() const { return !levels_.empty() && levels_.back().list; }

    [[nodiscard]] std::size_t depth() const { return levels_.size(); }

    /// Requires: one is open.
    [[nodiscard]] std::size_t column() const { return levels_.back().column; }

    /// Did the last leave_deeper() close any?
    [[nodiscard]] bool left_any() const { return left_any_; }

    /// Where a line could have stood before the last leave_deeper(), from left to right.
    [[nodiscard]] const std::vector<std::size_t> &former_columns() const { return former_; }

  private:
    struct Level {
        std::size_t column = 0;
        bool list = false;
    };

    std::vector<Level> levels_;
    std::vector<std::size_t> former_;
    bool left_any_ = false;
};

} // namespace retouch::recipe
