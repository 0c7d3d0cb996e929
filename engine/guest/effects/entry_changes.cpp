#include "guest/effects/entry_changes.hpp"

#include "base/digest.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "base/unified_diff.hpp"

#include <algorithm>
#include <climits>
#include <fmt/format.h>

namespace retouch::guest {

namespace {

/// As it is in documents, which cannot hold any bytes.
std::string readable(std::string &&bytes) {
    return base::invalid_utf8(bytes) ? base::escape(bytes) : std::move(bytes);
}

/// Documents carry no path that is longer than any program can name. What stands for one has its
/// beginning, its end and its digest, and an empty name, which no path of a guest has.
std::string told_path(std::string &&path) {
    constexpr std::size_t front = 300; // more than a name
    constexpr std::size_t back = 200;
    if (path.size() < PATH_MAX)
        return readable(std::move(path));
    return readable(path.substr(0, path.rfind('/', front)) +
                    fmt::format("//[{} bytes, sha256 {}]...", path.size(), base::sha256_hex(path)) +
                    path.substr(path.size() - back));
}

EntryState to_state(TreeEntry &&entry) {
    return {entry.info, readable(std::move(entry.target)), std::move(entry.sha256),
            std::move(entry.attributes)};
}

/// Valid UTF-8, so that it stays the same when a plan carries it.
std::string diff_of(const SeenChange &change) {
    if (!change.former_text || !change.text || change.after->path.size() >= PATH_MAX)
        return {};
    const std::string &path = change.after->path;
    return base::to_valid_utf8(base::unified_diff(
        *change.former_text, *change.text, change.before ? "a" + base::escape(path) : "/dev/null",
        "b" + base::escape(path)));
}

const TreeEntry &either(const SeenChange &change) {
    return change.after ? *change.after : *change.before;
}

bool is_sound_entry(const SeenChange &change) {
    if (!change.before && !change.after)
        return false;
    if (change.before && change.after && change.before->path != change.after->path)
        return false;
    const bool is_file = change.after && change.after->info.type == FileInfo::Type::regular;
    return base::is_normal_absolute(either(change).path) && (is_file || !change.text);
}

} // namespace

bool is_sound(const std::vector<SeenChange> &seen) {
    const auto out_of_order = [](const SeenChange &first, const SeenChange &second) {
        return !in_tree_order(either(first).path, either(second).path);
    };
    return std::ranges::all_of(seen, is_sound_entry) &&
           std::ranges::adjacent_find(seen, out_of_order) == seen.end();
}

std::vector<EntryChange> entry_changes(std::vector<SeenChange> seen) {
    std::vector<EntryChange> changes;
    changes.reserve(seen.size());
    for (SeenChange &change : seen) {
        EntryChange result;
        result.diff = diff_of(change);
        result.path = told_path(std::string(either(change).path));
        if (change.before)
            result.before = to_state(std::move(*change.before));
        if (change.after)
            result.after = to_state(std::move(*change.after));
        changes.push_back(std::move(result));
    }
    std::ranges::sort(changes, {}, &EntryChange::path);
    return changes;
}

} // namespace retouch::guest
