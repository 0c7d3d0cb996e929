// Guest globs, expanded one component at a time.
// Directories are walked with a list of what is left, not by recursion: how deep an image's
// directories go is not ours to choose.

#include "steps/support/guest_glob.hpp"

#include "base/path.hpp"
#include "guest/resolve.hpp"

#include <algorithm>
#include <fnmatch.h>

namespace retouch::steps {

namespace {

std::vector<Found> children(const GuestView &guest, const std::string &directory,
                            const std::string &pattern) {
    std::vector<Found> found;
    for (const DirectoryEntry &entry : guest.list(directory))
        if (fnmatch(pattern.c_str(), entry.name.c_str(), 0) == 0)
            found.push_back({base::join(directory, entry.name), entry.info});
    return found;
}

std::vector<Found> files_below(const GuestView &guest, const std::string &directory) {
    std::vector<Found> found = everything_below(guest, directory);
    std::erase_if(found,
                  [](const Found &each) { return each.info.type == FileInfo::Type::directory; });
    return found;
}

/// What `part` of a pattern names in `directory`.
std::vector<Found> expand(const GuestView &guest, const std::string &directory,
                          const std::string &part) {
    // Without links a file has one path, even when two patterns reach it.
    if (part == "**")
        return files_below(guest, guest::resolve_in_guest(guest, directory));
    if (part.find_first_of("*?[") != std::string::npos)
        return children(guest, guest::resolve_in_guest(guest, directory), part);
    const std::string path = base::join(directory, part);
    const auto info = guest.lstat(path);
    return info ? std::vector<Found>{{path, *info}} : std::vector<Found>{};
}

} // namespace

std::vector<Found> everything_below(const GuestView &guest, const std::string &directory) {
    std::vector<Found> found;
    std::vector<std::string> left = {directory};
    while (!left.empty()) {
        const std::string next = std::move(left.back());
        left.pop_back();
        for (const DirectoryEntry &entry : guest.list(next)) {
            found.push_back({base::join(next, entry.name), entry.info});
            if (entry.info.type == FileInfo::Type::directory)
                left.push_back(found.back().path);
        }
    }
    std::ranges::sort(found, {}, &Found::path);
    return found;
}

std::vector<Found> glob(const GuestView &guest, const std::string &pattern) {
    std::vector<Found> at = {{"/", {FileInfo::Type::directory}}};
    for (std::size_t start = 1; start <= pattern.size();) {
        const std::size_t end = std::min(pattern.find('/', start), pattern.size());
        const std::string part = pattern.substr(start, end - start);
        std::vector<Found> next;
        for (const Found &each : at) {
            const std::vector<Found> more = expand(guest, each.path, part);
            next.insert(next.end(), more.begin(), more.end());
        }
        at = std::move(next);
        start = end + 1;
    }
    std::ranges::sort(at, {}, &Found::path);
    return at;
}

} // namespace retouch::steps
