#include "model/volatile_change.hpp"

#include "base/path_glob.hpp"
#include "model/code_change.hpp"
#include "model/code_places.hpp"

#include <algorithm>

namespace retouch::model {

bool is_volatile(const std::vector<std::string> &globs, const std::string &path) {
    return is_made_anew(path) || std::ranges::any_of(globs, [&](const std::string &glob) {
               return base::matches_path(glob, path);
           });
}

bool is_volatile_change(const EntryChange &change, const std::vector<std::string> &globs) {
    return is_volatile(globs, change.path) && !concerns_code(change);
}

EntryState lasting_part(const std::string &path, EntryState state) {
    if (state.info.type == FileInfo::Type::regular && is_made_anew(path)) {
        state.info.size = 0;
        state.sha256.clear();
    }
    return state;
}

} // namespace retouch::model
