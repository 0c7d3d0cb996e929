#include "model/volatile_change.hpp"

#include "base/path_glob.hpp"

#include <algorithm>

namespace retouch {

bool is_volatile(const std::vector<std::string> &globs, const std::string &path) {
    return std::ranges::any_of(globs,
                               [&](const std::string &glob) { return matches_path(glob, path); });
}

bool is_volatile_change(const EntryChange &change, const std::vector<std::string> &globs) {
    return is_volatile(globs, change.path) && !gives_setuid(change);
}

} // namespace retouch
