#include "recipe/work_tree.hpp"

#include "base/host_tree.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace retouch::recipe {

namespace {

namespace fs = std::filesystem;

bool is_top(const fs::path &directory, uid_t owner) {
    struct stat info {};

    return lstat((directory / ".git").c_str(), &info) == 0 && !S_ISLNK(info.st_mode) &&
           (info.st_uid == 0 || info.st_uid == geteuid() || info.st_uid == owner);
}

/// As the path is spelled: a link on the way, which a branch may have brought along, does not lead
/// to another tree.
fs::path named_root_of(const fs::path &file) {
    std::error_code failed;
    const fs::path directory = fs::absolute(file, failed).lexically_normal().parent_path();
    for (fs::path top = directory; top.has_relative_path(); top = top.parent_path()) {
        struct stat info {};

        if (lstat(top.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && is_top(top, info.st_uid))
            return top;
    }
    return host_root_of(directory);
}

} // namespace

fs::path host_root_of(const fs::path &directory) {
    std::error_code failed;
    fs::path real = fs::canonical(directory, failed);

    struct stat info {};

    if (failed || stat(real.c_str(), &info) != 0)
        return directory;
    for (fs::path top = real; top.has_relative_path(); top = top.parent_path())
        if (is_top(top, info.st_uid))
            return top;
    return real;
}

bool may_be_quoted(const fs::path &file, std::string_view text,
                   const std::vector<std::string> &keys) {
    if (base::lies_in_work_tree(named_root_of(file), file))
        return true;
    const std::vector<std::string> lines = base::split_lines(text);
    return std::ranges::any_of(keys, [&](const std::string &key) {
        return std::ranges::any_of(lines, [&](const std::string &line) {
            return line == key + ':' || line.starts_with(key + ": ");
        });
    });
}

} // namespace retouch::recipe
