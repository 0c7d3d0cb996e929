// Path: pure functions over absolute guest paths.
// They never look at a filesystem, so they know nothing of links or mounts.
// Requirements on arguments are asserted: callers check what users wrote with is_normal_absolute().

#include "base/path.hpp"

#include <cassert>

namespace retouch::base {

bool is_normal_absolute(std::string_view path) {
    if (!path.starts_with('/') || path.find('\0') != std::string_view::npos)
        return false;
    if (path == "/")
        return true;
    std::string_view rest = path;
    while (!rest.empty()) {
        rest.remove_prefix(1);
        const std::string_view component = rest.substr(0, rest.find('/'));
        if (component.empty() || component == "." || component == "..")
            return false;
        rest.remove_prefix(component.size());
    }
    return true;
}

std::string parent_path(std::string_view path) {
    assert(is_normal_absolute(path));
    const auto slash = path.rfind('/');
    return std::string(slash == 0 ? "/" : path.substr(0, slash));
}

std::string base_name(std::string_view path) {
    assert(is_normal_absolute(path));
    return std::string(path.substr(path.rfind('/') + 1));
}

std::string join(std::string_view directory, std::string_view name) {
    while (directory.ends_with('/'))
        directory.remove_suffix(1);
    while (name.starts_with('/'))
        name.remove_prefix(1);
    std::string result(directory);
    result += '/';
    result += name;
    return result;
}

bool is_within(std::string_view path, std::string_view ancestor) {
    if (ancestor == "/")
        return path.starts_with('/');
    return path.starts_with(ancestor) &&
           (path.size() == ancestor.size() || path[ancestor.size()] == '/');
}

} // namespace retouch::base
