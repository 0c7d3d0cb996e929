// PathClaims, see the header.
// Paths are compared as text: aliases through links of the image are not known before it is opened.

#include "steps/files/path_claims.hpp"

#include "base/path.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

std::string_view verb(PathClaims::Use use) {
    switch (use) {
    case PathClaims::Use::file:
        return "written";
    case PathClaims::Use::directory:
        return "made a directory";
    case PathClaims::Use::removal:
        break;
    }
    return "removed";
}

std::string note(const std::string &path, PathClaims::Use use) {
    return fmt::format("{} is {} here", path, verb(use));
}

} // namespace

bool PathClaims::claim(const std::string &path, Use use, const Mark &mark, const Reader &reader) {
    const auto same = claims_.find(path);
    const auto conflict = [&](const auto &other, const std::string &message) {
        reader.conflict(mark, message, other->second.mark, note(other->first, other->second.use));
        return false;
    };
    if (same != claims_.end()) {
        if (use == Use::directory && same->second.use == Use::directory)
            return true;
        return conflict(same, fmt::format("another entry owns {} already", path));
    }
    for (std::string above = path; above != "/";) {
        above = base::parent_path(above);
        const auto owner = claims_.find(above);
        if (owner != claims_.end() && owner->second.use != Use::directory)
            return conflict(owner,
                            fmt::format("{} is below {}, which another entry owns", path, above));
    }
    if (use != Use::directory) {
        const auto below = claims_.lower_bound(base::join(path, ""));
        if (below != claims_.end() && base::is_within(below->first, path))
            return conflict(below, fmt::format("{} is {} here, but another entry owns {} below it",
                                               path, verb(use), below->first));
    }
    claims_.emplace(path, Claim{use, mark});
    return true;
}

} // namespace retouch::steps
