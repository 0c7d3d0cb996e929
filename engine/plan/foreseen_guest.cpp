// What is foreseen lies over the guest by paths without links; all else is asked of the guest.
// Directories are looked up once: a recipe names the same few a thousand times, and each look may
// be a question to a machine.

#include "plan/foreseen_guest.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/refusals.hpp"
#include "guest/resolve.hpp"
#include "steps/support/guest_paths.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <iterator>
#include <utility>

namespace retouch::plan {

namespace {

bool is_directory(const std::optional<FileInfo> &info) {
    return info && info->type == FileInfo::Type::directory;
}

} // namespace

std::string ForeseenGuest::without_links(const std::string &path) const {
    return guest::resolve_links(path, [&](const std::string &at) -> std::optional<std::string> {
        const std::optional<FileInfo> found = info(at);
        if (!found || found->type != FileInfo::Type::symlink)
            return std::nullopt;
        const Foreseen *seen = find(at);
        return seen == nullptr ? guest_.read_link(at) : std::get<std::string>(seen->source);
    });
}

std::string ForeseenGuest::place(const std::string &path) const {
    if (path == "/")
        return path;
    const std::string above = base::parent_path(path);
    auto known = directories_.find(above);
    if (known == directories_.end())
        known = directories_.emplace(above, without_links(above)).first;
    return base::join(known->second, base::base_name(path));
}

const Foreseen *ForeseenGuest::find(const std::string &place) const {
    static const Foreseen nothing;
    for (std::string at = place; !places_.empty() && at != "/"; at = base::parent_path(at)) {
        const auto found = places_.find(at);
        if (found == places_.end())
            continue;
        if (at.size() == place.size())
            return &found->second.seen;
        return found->second.hides ? &nothing : nullptr;
    }
    return nullptr;
}

std::optional<FileInfo> ForeseenGuest::info(const std::string &place) const {
    const Foreseen *seen = find(place);
    return seen == nullptr ? guest_.lstat(place) : seen->info;
}

void ForeseenGuest::forget_below(const std::string &place) {
    const std::string below = base::join(place, "");
    for (auto each = places_.lower_bound(below);
         each != places_.end() && each->first.starts_with(below);)
        each = each->second.is_fixed ? std::next(each) : places_.erase(each);
}

void ForeseenGuest::put(Foreseen seen) {
    const std::string at = place(seen.path);
    const auto former = places_.find(at);
    if (former != places_.end() && former->second.is_fixed)
        return;
    const bool stays_directory = is_directory(seen.info) && is_directory(info(at));
    const bool hides =
        !stays_directory || (former != places_.end() ? former->second.hides : find(at) != nullptr);
    if (!stays_directory)
        forget_below(at);
    if (seen.same_bytes && former != places_.end()) {
        former->second.seen.info = seen.info;
        return;
    }
    const std::string above = base::parent_path(at);
    if (seen.info && !is_directory(info(above)))
        put({above, steps::made_directory(above, seen.info->uid, seen.info->gid), {}});
    if (!seen.info || seen.info->type != FileInfo::Type::regular)
        directories_.clear();
    places_.insert_or_assign(at, Place{std::move(seen), hides});
}

bool ForeseenGuest::add(const Step &step) {
    const auto foresee = find_step_kind(step.kind)->foresee;
    Foresight known = foresee == nullptr ? std::nullopt : foresee(step, *this);
    if (!known)
        return false;
    for (Foreseen &seen : *known)
        put(std::move(seen));
    return true;
}

const Foreseen *ForeseenGuest::foreseen(const std::string &path) const {
    return places_.empty() ? nullptr : find(without_links(path));
}

void ForeseenGuest::fix(const Foreseen &seen) {
    places_.insert_or_assign(without_links(seen.path), Place{seen, true, true});
}

std::optional<FileInfo> ForeseenGuest::lstat(const std::string &path) const {
    return places_.empty() ? guest_.lstat(path) : info(place(path));
}

const FileSource &ForeseenGuest::source(const std::string &place, const Foreseen &seen,
                                        const char *what) const {
    if (!seen.info)
        throw guest::refusal::file_operation(what, place, ENOENT);
    if (seen.info->type != FileInfo::Type::regular)
        throw guest::refusal::not_regular(place);
    return seen.source;
}

std::string ForeseenGuest::read(const std::string &path, std::size_t max_bytes) const {
    const std::string at = places_.empty() ? path : without_links(path);
    const Foreseen *seen = find(at);
    if (seen == nullptr || seen->same_bytes)
        return guest_.read(at, max_bytes);
    const FileSource &bytes = source(at, *seen, "read");
    if (seen->info->size > max_bytes)
        throw guest::refusal::too_large(at, max_bytes);
    if (const auto *text = std::get_if<std::string>(&bytes))
        return *text;
    const auto &host_file = std::get<std::filesystem::path>(bytes);
    std::string found = base::read_file(host_file, max_bytes);
    // A plan may name any file of this host, but shows only what its maker knew.
    if (base::sha256_hex(found) != seen->sha256)
        throw Error(
            ErrorKind::stale,
            fmt::format("{} changed since the plan was made", base::escape(host_file.string())),
            "make a new plan");
    return found;
}

std::string ForeseenGuest::sha256(const std::string &path) const {
    const std::string at = places_.empty() ? path : without_links(path);
    const Foreseen *seen = find(at);
    if (seen == nullptr || seen->same_bytes)
        return guest_.sha256(at);
    const auto *text = std::get_if<std::string>(&source(at, *seen, "read"));
    return text == nullptr ? seen->sha256 : base::sha256_hex(*text);
}

std::string ForeseenGuest::read_link(const std::string &path) const {
    const std::string at = places_.empty() ? path : place(path);
    const Foreseen *seen = find(at);
    if (seen == nullptr)
        return guest_.read_link(at);
    if (!seen->info || seen->info->type != FileInfo::Type::symlink)
        throw guest::refusal::file_operation("read the link", at, seen->info ? EINVAL : ENOENT);
    return std::get<std::string>(seen->source);
}

std::vector<DirectoryEntry> ForeseenGuest::list(const std::string &path) const {
    if (places_.empty())
        return guest_.list(path);
    const std::string at = without_links(path);
    std::map<std::string, FileInfo> entries;
    // What is not hidden is there in the guest, too.
    if (is_directory(info(at)))
        for (DirectoryEntry &entry : guest_.list(at))
            if (find(base::join(at, entry.name)) == nullptr)
                entries.emplace(std::move(entry.name), entry.info);
    const std::string below = base::join(at, "");
    for (auto each = places_.lower_bound(below);
         each != places_.end() && each->first.starts_with(below); ++each)
        if (each->second.seen.info && base::parent_path(each->first) == at)
            entries.emplace(base::base_name(each->first), *each->second.seen.info);
    std::vector<DirectoryEntry> listed;
    listed.reserve(entries.size());
    for (auto &[name, entry] : entries)
        listed.push_back({name, entry});
    return listed;
}

std::vector<std::string> ForeseenGuest::unchangeable(const std::vector<std::string> &paths) const {
    return guest_.unchangeable(paths);
}

std::optional<std::string> ForeseenGuest::label(const std::string &path) const {
    const std::string at = places_.empty() ? path : place(path);
    if (find(at) != nullptr && !guest_.lstat(at))
        return std::nullopt;
    return guest_.label(at);
}

CommandResult ForeseenGuest::probe(const GuestCommand &command) const {
    return guest_.probe(command);
}

} // namespace retouch::plan
