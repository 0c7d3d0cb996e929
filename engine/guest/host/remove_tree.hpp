#pragma once
// Removing a file or a whole directory by descriptors. Links are removed, never followed; mount
// points are emptied and stay.

#include <string>

namespace retouch::guest {

/// Removes the entry `name` of the directory `parent`. `path` is for error texts.
/// Throws Error, having removed what could be removed before.
void remove_tree(int parent, const std::string &name, const std::string &path);

} // namespace retouch::guest
