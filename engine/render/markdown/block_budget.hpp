#pragma once
// Block budget: how much of each block of a document there is room for. The longest give way first,
// so that what is short is shown whole beside what is not.

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace retouch::render {

/// The blocks one after the other, each in the longest of its forms (given from long to short) for
/// which there is room within `max_bytes`; where the shortest are too long, each is cut, and where
/// there is no room for anything useful, those at the end are left out and counted.
[[nodiscard]] std::string fitting_blocks(const std::vector<std::array<std::string, 3>> &blocks,
                                         std::size_t max_bytes);

} // namespace retouch::render
