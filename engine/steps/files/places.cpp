// What is to be changed is listed first, by looking; preview, foresee and execute all work from
// that list. Links that are met are left as they are: their modes mean nothing.

#include "steps/files/places.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/resolve.hpp"
#include "steps/files/file_comparison.hpp"
#include "steps/support/covered_places.hpp"
#include "steps/support/guest_glob.hpp"
#include "steps/support/guest_paths.hpp"
#include "steps/support/outcome.hpp"
#include "steps/support/unchangeable_places.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::uint32_t k_read_bits = 0444;
constexpr std::uint32_t k_search_shift = 2;

struct PlaceWork {
    std::string obstacle;
    std::vector<Foreseen> changes;
    std::string words; ///< what is not as wanted
    std::size_t looked_at = 0;
};

PlaceWork obstructed(std::string obstacle) {
    PlaceWork work;
    work.obstacle = std::move(obstacle);
    return work;
}

/// What an entry wants of mode and owner; what it does not name stays.
struct Attributes {
    std::optional<std::uint32_t> mode;
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
    std::string owner;
    std::string group;
};

std::string attributes_of(const Json &options, const GuestView &guest, Attributes &wanted) {
    wanted.owner = options.value("owner", "root");
    wanted.group = options.value("group", "root");
    FileOwner numbers;
    std::string obstacle = resolve_owner(guest, wanted.owner, wanted.group, numbers);
    if (options.contains("owner"))
        wanted.uid = numbers.uid;
    if (options.contains("group"))
        wanted.gid = numbers.gid;
    if (options.contains("mode"))
        wanted.mode = base::parse_mode(options.at("mode").get<std::string>());
    return obstacle;
}

FileInfo with_attributes(FileInfo info, const Attributes &wanted, bool is_below) {
    if (wanted.mode) {
        info.mode = *wanted.mode;
        // A tree whose files get 0644 must stay one that can be entered.
        if (is_below && info.type == FileInfo::Type::directory)
            info.mode |= (info.mode & k_read_bits) >> k_search_shift;
    }
    info.uid = wanted.uid.value_or(info.uid);
    info.gid = wanted.gid.value_or(info.gid);
    return info;
}

std::string difference(const FileInfo &was, const FileInfo &wanted, const Attributes &names) {
    std::string words;
    if (was.mode != wanted.mode)
        base::add_part(words, fmt::format("mode {} -> {}", base::format_mode(was.mode),
                                          base::format_mode(wanted.mode)));
    if (was.uid != wanted.uid)
        base::add_part(words, fmt::format("owner {} -> {}", was.uid, names.owner));
    if (was.gid != wanted.gid)
        base::add_part(words, fmt::format("group {} -> {}", was.gid, names.group));
    return words;
}

/// Adds what of one entry that is there is to be changed.
void want(PlaceWork &work, const std::string &path, const FileInfo &was, const Attributes &wanted,
          bool recursive, const GuestView &guest) {
    if (was.type == FileInfo::Type::symlink || !keeps_owner_and_mode(guest, path))
        return;
    ++work.looked_at;
    const FileInfo info = with_attributes(was, wanted, recursive);
    if (info == was)
        return;
    work.words = difference(was, info, wanted);
    work.changes.push_back({path, info, {}, true});
}

PlaceWork directory_work(const Json &options, const GuestView &guest) {
    const auto path = options.at("to").get<std::string>();
    Attributes wanted;
    if (std::string obstacle = attributes_of(options, guest, wanted); !obstacle.empty())
        return obstructed(std::move(obstacle));
    PlaceWork work;
    if (!guest.lstat(path)) {
        work.obstacle = parent_obstacle(guest, path);
        work.words = "new directory";
        FileInfo info{FileInfo::Type::directory, 0, 0, 0, 0};
        work.changes.push_back({path, with_attributes(info, wanted, false), {}});
        return work;
    }
    const std::string at = guest::resolve_in_guest(guest, path);
    const auto info = guest.lstat(at);
    if (!info || info->type != FileInfo::Type::directory)
        return obstructed(
            fmt::format("{} is not a directory in the image; remove it first", base::escape(path)));
    want(work, at, *info, wanted, false, guest);
    return work;
}

PlaceWork link_work(const Json &options, const GuestView &guest) {
    const auto path = options.at("to").get<std::string>();
    const auto target = options.at("link").get<std::string>();
    const auto info = guest.lstat(path);
    if (info && info->type == FileInfo::Type::directory)
        return obstructed(
            fmt::format("{} is a directory in the image; remove it first", base::escape(path)));
    if (info && info->type == FileInfo::Type::other)
        return obstructed(fmt::format(
            "{} is a device, pipe or socket in the image; remove it first", base::escape(path)));
    PlaceWork work;
    const bool is_link = info && info->type == FileInfo::Type::symlink;
    const std::string former = is_link ? guest.read_link(path) : std::string();
    if (is_link && former == target)
        return work;
    work.obstacle = parent_obstacle(guest, path);
    work.words = !info     ? std::string("new link")
                 : is_link ? fmt::format("link to {} -> {}", base::escape(former), target)
                           : std::string("replaces a file by a link");
    work.changes.push_back(
        {path, FileInfo{FileInfo::Type::symlink, 0777, 0, 0, target.size()}, target});
    return work;
}

PlaceWork attributes_work(const Json &options, const GuestView &guest) {
    const auto path = options.at("to").get<std::string>();
    const bool recursive = options.at("recursive").get<bool>();
    const std::string at = guest::resolve_in_guest(guest, path);
    const auto info = guest.lstat(at);
    if (!info)
        return obstructed(fmt::format("the image has no {}", base::escape(path)));
    Attributes wanted;
    if (std::string obstacle = attributes_of(options, guest, wanted); !obstacle.empty())
        return obstructed(std::move(obstacle));
    PlaceWork work;
    want(work, at, *info, wanted, recursive, guest);
    if (!recursive || info->type != FileInfo::Type::directory)
        return work;
    for (const Found &below : everything_below(guest, at))
        if (below.info.type != FileInfo::Type::other)
            want(work, below.path, below.info, wanted, true, guest);
    work.words = fmt::format("{} of {} differ", work.changes.size(), work.looked_at);
    return work;
}

PlaceWork work_of(const Step &step, const GuestView &guest) {
    const Json &options = step.options;
    const auto path = options.at("to").get<std::string>();
    const CoveredDestination destination(path, guest);
    std::string obstacle = destination.obstacle();
    if (obstacle.empty() && !options.contains("directory"))
        obstacle = destination.obstacle("");
    if (obstacle.empty() && !options.contains("link") &&
        guest::resolve_in_guest(guest, path) == "/")
        obstacle = fmt::format("{} leads to the root directory itself, which stays as it is",
                               base::escape(path));
    if (!obstacle.empty())
        return obstructed(std::move(obstacle));
    PlaceWork work = options.contains("link")        ? link_work(options, guest)
                     : options.contains("directory") ? directory_work(options, guest)
                                                     : attributes_work(options, guest);
    std::vector<std::string> touched;
    for (const Foreseen &change : work.changes)
        touched.push_back(change.path);
    if (work.obstacle.empty())
        work.obstacle = unchangeable_obstacle(guest, touched);
    return work;
}

} // namespace

bool is_place(const Json &options) {
    return options.contains("directory") || options.contains("link") ||
           options.contains("recursive");
}

StepChange preview_place(const Step &step, const GuestView &guest) {
    const PlaceWork work = work_of(step, guest);
    require_no_obstacle(work.obstacle, step);
    if (work.changes.empty())
        return {StepState::unchanged, {}, {}};
    return {StepState::change, work.words, {}};
}

StepResult execute_place(const Step &step, Guest &guest) {
    PlaceWork work = work_of(step, guest);
    if (!work.obstacle.empty())
        return finished(StepOutcome::failed, std::move(work.obstacle));
    for (const Foreseen &change : work.changes) {
        const FileInfo &info = change.info.value();
        if (change.same_bytes) {
            guest.set_attributes(change.path, info.mode, info.uid, info.gid);
            continue;
        }
        make_parents(guest, change.path, info.uid, info.gid);
        const bool keeps = keeps_owner_and_mode(guest, change.path);
        if (info.type == FileInfo::Type::symlink)
            guest.make_link(std::get<std::string>(change.source), change.path);
        else
            guest.make_directory(change.path, info.mode, keeps ? info.uid : 0,
                                 keeps ? info.gid : 0);
    }
    return finished(work.changes.empty() ? StepOutcome::unchanged : StepOutcome::changed);
}

std::vector<Foreseen> foresee_place(const Step &step, const GuestView &guest) {
    PlaceWork work = work_of(step, guest);
    return work.obstacle.empty() ? std::move(work.changes) : std::vector<Foreseen>();
}

} // namespace retouch::steps
