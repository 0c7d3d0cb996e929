// Where a program is: Boost.Process looks through the directories of PATH, of which we choose those
// that count. Starting it is spawn.cpp's.

#include "base/process.hpp"

#include "base/text.hpp"

#include <boost/process/search_path.hpp>

#include <cstdlib>

namespace retouch::base {

namespace {

/// Absolute entries of PATH, then those where programs for administrators are.
std::vector<boost::filesystem::path> program_directories() {
    const char *path = std::getenv("PATH");
    const std::string all =
        std::string(path == nullptr ? "/usr/bin:/bin" : path) + ":/usr/sbin:/sbin";
    std::vector<boost::filesystem::path> directories;
    for (const std::string &directory : split(all, ':'))
        if (directory.starts_with('/'))
            directories.emplace_back(directory);
    return directories;
}

} // namespace

std::optional<std::string> find_program(const std::string &name) {
    const boost::filesystem::path wanted(name);
    // A name with a slash is itself the path.
    const auto found = boost::process::search_path(
        wanted, wanted.has_parent_path() ? std::vector<boost::filesystem::path>{""}
                                         : program_directories());
    return found.empty() ? std::nullopt : std::optional(found.string());
}

} // namespace retouch::base
