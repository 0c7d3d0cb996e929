// Levels, see the header.

#include "recipe/yaml/yaml_levels.hpp"

namespace retouch::recipe {

void YamlLevels::leave_deeper(std::size_t column) {
    former_.clear();
    for (const Level &level : levels_)
        if (former_.empty() || former_.back() != level.column)
            former_.push_back(level.column);
    const std::size_t before = levels_.size();
    while (!levels_.empty() && levels_.back().column > column)
        levels_.pop_back();
    left_any_ = levels_.size() != before;
}

} // namespace retouch::recipe
