// A group of version 2 that has processes cannot give controllers to groups below it, so ours is
// made beside the own group, where the one above gives memory and pids to its groups already: as
// systemd does. Version 1 knows no such rule.

#include "guest/host/group_place.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/host/seen_mounts.hpp"
#include "guest/mount_words.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace retouch::guest {

namespace {

namespace fs = std::filesystem;

/// The first of `type` that has `option`, if one is given.
std::optional<SeenMount> find_hierarchy(std::string_view mounts, std::string_view type,
                                        std::string_view option = {}) {
    for (const SeenMount &mount : read_mounts(mounts))
        if (mount.type == type && (option.empty() || std::ranges::count(mount.options, option) > 0))
            return mount;
    return std::nullopt;
}

/// What lies outside of this cgroup namespace is told as "/..".
bool is_seen(std::string_view group) {
    return group.starts_with("/") && group.find("/..") == std::string_view::npos;
}

} // namespace

fs::path place_for_groups(std::string_view own, std::string_view mounts,
                          const std::function<bool(const fs::path &)> &has_controllers) {
    constexpr std::string_view k_unified = "0::";
    const std::optional<SeenMount> top = find_hierarchy(mounts, "cgroup2");
    for (const std::string &line : base::split_lines(own)) {
        if (!top || top->root != "/" || !line.starts_with(k_unified) ||
            !is_seen(line.substr(k_unified.size())))
            continue;
        const fs::path inner = line.substr(k_unified.size() + 1);
        fs::path group = inner.empty() ? fs::path(top->point) : top->point / inner;
        if (has_controllers(group))
            return group;
        if (!inner.empty() && has_controllers(group.parent_path()))
            return group.parent_path();
    }
    return {};
}

fs::path place_for_memory_groups(std::string_view own, std::string_view mounts) {
    const std::optional<SeenMount> top = find_hierarchy(mounts, "cgroup", "memory");
    for (const std::string &line : base::split_lines(own)) {
        const std::size_t controllers = line.find(':') + 1;
        const std::size_t group = line.find(':', controllers) + 1;
        if (!top || controllers == 0 || group == 0)
            continue;
        const std::vector<std::string> counted =
            split_words(line.substr(controllers, group - controllers - 1), ",");
        const std::string path = line.substr(group);
        if (std::ranges::count(counted, "memory") != 1 || !is_seen(path) ||
            !base::is_within(path, top->root))
            continue;
        const fs::path inner = fs::path(path).lexically_relative(top->root);
        return inner == "." ? fs::path(top->point) : top->point / inner;
    }
    return {};
}

} // namespace retouch::guest
