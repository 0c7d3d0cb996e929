// Link by link resolution with a bound on links, as the kernel does it.

#include "guest/resolve.hpp"

#include "base/path.hpp"
#include "guest/refusals.hpp"

#include <cerrno>
#include <deque>

namespace retouch::guest {

namespace {

constexpr int k_most_links = 40;

/// Puts the components of `path` before those still to be walked.
void push_front(std::deque<std::string> &ahead, const std::string &path) {
    std::deque<std::string> components;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        if (end > at)
            components.push_back(path.substr(at, end - at));
        at = end + 1;
    }
    ahead.insert(ahead.begin(), components.begin(), components.end());
}

} // namespace

std::string resolve_links(const std::string &path, const LinkAt &link_at) {
    std::deque<std::string> ahead;
    push_front(ahead, path);
    std::string resolved(1, '/');
    for (int links = 0; !ahead.empty();) {
        const std::string name = ahead.front();
        ahead.pop_front();
        if (name == ".")
            continue;
        if (name == "..") {
            resolved = resolved == "/" ? resolved : base::parent_path(resolved);
            continue;
        }
        const std::string next = base::join(resolved, name);
        const std::optional<std::string> target = link_at(next);
        if (!target) {
            resolved = next;
            continue;
        }
        if (++links > k_most_links)
            throw refusal::file_operation("resolve", path, ELOOP);
        if (target->starts_with('/'))
            resolved.assign(1, '/');
        push_front(ahead, *target);
    }
    return resolved;
}

std::string resolve_in_guest(const GuestView &guest, const std::string &path) {
    return resolve_links(path, [&](const std::string &at) -> std::optional<std::string> {
        const std::optional<FileInfo> info = guest.lstat(at);
        if (!info || info->type != FileInfo::Type::symlink)
            return std::nullopt;
        return guest.read_link(at);
    });
}

} // namespace retouch::guest
