#include "base/path_glob.hpp"

#include <fnmatch.h>

#include <vector>

namespace retouch {

namespace {

std::vector<std::string> names_of(std::string_view path) {
    std::vector<std::string> names;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        if (end > 0)
            names.emplace_back(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return names;
}

} // namespace

bool matches_path(const std::string &pattern, const std::string &path) {
    const std::vector<std::string> names = names_of(path);
    // reached[n]: the patterns so far match the first n names.
    std::vector<bool> reached(names.size() + 1, false);
    reached[0] = true;
    for (const std::string &part : names_of(pattern)) {
        std::vector<bool> next(names.size() + 1, false);
        for (std::size_t n = 0; n <= names.size(); ++n) {
            if (part == "**")
                next[n] = reached[n] || (n > 0 && next[n - 1]);
            else
                next[n] =
                    n > 0 && reached[n - 1] && fnmatch(part.c_str(), names[n - 1].c_str(), 0) == 0;
        }
        reached = std::move(next);
    }
    return reached.back();
}

} // namespace retouch
