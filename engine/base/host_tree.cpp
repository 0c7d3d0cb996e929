#include "base/host_tree.hpp"

#include <algorithm>
#include <system_error>

namespace retouch::base {

namespace {

namespace fs = std::filesystem;

fs::path end_of(const fs::path &path) {
    std::error_code failed;
    fs::path end = fs::weakly_canonical(path, failed);
    return failed ? path.lexically_normal() : end;
}

/// From the end of `directory` to that of `path`; empty when there is no way.
fs::path way(const fs::path &directory, const fs::path &path) {
    return end_of(path).lexically_relative(end_of(directory));
}

bool stays_inside(const fs::path &way) {
    return !way.empty() && *way.begin() != "..";
}

} // namespace

bool is_of_git(const fs::path &path) {
    return std::ranges::find(path, fs::path(".git")) != path.end();
}

bool lies_in(const fs::path &directory, const fs::path &path) {
    return stays_inside(way(directory, path));
}

bool lies_in_work_tree(const fs::path &top, const fs::path &path) {
    const fs::path found = way(top, path);
    return stays_inside(found) && !is_of_git(found);
}

} // namespace retouch::base
