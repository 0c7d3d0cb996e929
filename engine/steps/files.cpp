// files: puts files and trees into the image and removes some. One step per entry of the recipe.
// It compares before it writes, so what is as wanted stays untouched, and attributes alone never
// cost a copy of the contents. It runs nothing in the guest.

#include "base/path.hpp"
#include "base/text.hpp"
#include "retouch/step_kind.hpp"
#include "steps/files/file_comparison.hpp"
#include "steps/files/file_entries.hpp"
#include "steps/files/host_files.hpp"
#include "steps/files/places.hpp"
#include "steps/files/removals.hpp"
#include "steps/support/covered_places.hpp"
#include "steps/support/guest_paths.hpp"
#include "steps/support/outcome.hpp"
#include "steps/support/plain_kind.hpp"
#include "steps/support/unchangeable_places.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace retouch::steps {

namespace {

constexpr std::size_t k_tree_diff_bound = std::size_t{256} * 1024;

std::string covered_obstacle(const FileSet &files, const GuestView &guest) {
    const CoveredDestination destination(files.to, guest);
    std::string obstacle = destination.obstacle();
    for (const FileEntry &entry : files.entries)
        if (obstacle.empty() && entry.type != FileEntry::Type::directory)
            obstacle = destination.obstacle(entry.path);
    return obstacle;
}

/// Of a tree, each entry would be a question of its own.
void look_ahead(const FileSet &files, const GuestView &guest) {
    std::vector<LookWish> wishes;
    for (const FileEntry &entry : files.entries)
        wishes.push_back({files.path_in_guest(entry), entry.type == FileEntry::Type::file
                                                          ? std::optional(entry.size)
                                                          : std::nullopt});
    if (files.is_tree())
        guest.look_ahead(wishes);
}

/// Counts of a tree's entries, for its one reason.
struct Tally {
    std::size_t added = 0;
    std::size_t differing = 0;
    std::size_t as_wanted = 0;

    void count(const FileDifference &difference) {
        ++(difference.is_new ? added : difference.any() ? differing : as_wanted);
    }

    [[nodiscard]] std::string text() const {
        return fmt::format("{} new, {} differ, {} as wanted", added, differing, as_wanted);
    }
};

StepChange preview(const Step &step, const GuestView &guest) {
    if (is_removal(step.options))
        return preview_removal(step, guest);
    if (is_place(step.options))
        return preview_place(step, guest);
    const FileSet files = file_set_from(step.options);
    FileOwner owner;
    look_ahead(files, guest);
    require_no_obstacle(covered_obstacle(files, guest), step);
    require_no_obstacle(resolve_owner(guest, files.owner, files.group, owner), step);
    StepChange change{StepState::unchanged, {}, {}};
    Tally tally;
    std::string reasons;
    std::vector<std::string> touched;
    for (const FileEntry &entry : files.entries) {
        const FileDifference difference = compare(guest, files, entry, owner);
        require_no_obstacle(difference.obstacle, step);
        tally.count(difference);
        if (!difference.any())
            continue;
        touched.push_back(files.path_in_guest(entry));
        change.state = StepState::change;
        reasons = fmt::format("{}", fmt::join(difference.reasons, ", "));
        if (change.diff.size() < k_tree_diff_bound)
            change.diff += contents_diff(guest, files, entry, difference);
    }
    require_no_obstacle(unchangeable_obstacle(guest, touched), step);
    change.reason = files.is_tree() ? tally.text() : reasons;
    return change;
}

/// Requires: difference.any() and no obstacle. Throws Error: stale when the host file is not the
/// one that was planned.
void put(const FileSet &files, const FileEntry &entry, const FileDifference &difference,
         const FileOwner &wanted, Guest &guest) {
    const std::string path = files.path_in_guest(entry);
    // Where owners are not kept, another than the mount's is an error.
    const FileOwner owner = keeps_owner_and_mode(guest, path) ? wanted : FileOwner{};
    if (!difference.contents)
        return guest.set_attributes(path, entry.mode, owner.uid, owner.gid);
    make_parents(guest, path, owner.uid, owner.gid);
    if (entry.type == FileEntry::Type::directory)
        return guest.make_directory(path, entry.mode, owner.uid, owner.gid);
    if (entry.type == FileEntry::Type::link)
        return guest.make_link(entry.link_target, path);
    const FileSource source = files.source(entry);
    const auto *host_file = std::get_if<std::filesystem::path>(&source);
    if (host_file != nullptr)
        require_unchanged(*host_file, entry);
    guest.write(path, source, entry.mode, owner.uid, owner.gid);
    if (host_file != nullptr) // it could have been replaced while it was copied
        require_unchanged(*host_file, entry);
}

StepResult execute(const Step &step, Guest &guest) {
    if (is_removal(step.options))
        return execute_removal(step, guest);
    if (is_place(step.options))
        return execute_place(step, guest);
    const FileSet files = file_set_from(step.options);
    FileOwner owner;
    look_ahead(files, guest);
    if (std::string obstacle = covered_obstacle(files, guest); !obstacle.empty())
        return finished(StepOutcome::failed, std::move(obstacle));
    if (std::string obstacle = resolve_owner(guest, files.owner, files.group, owner);
        !obstacle.empty())
        return finished(StepOutcome::failed, std::move(obstacle));
    StepOutcome outcome = StepOutcome::unchanged;
    for (const FileEntry &entry : files.entries) {
        FileDifference difference = compare(guest, files, entry, owner);
        if (!difference.obstacle.empty())
            return finished(StepOutcome::failed, std::move(difference.obstacle));
        if (!difference.any())
            continue;
        put(files, entry, difference, owner, guest);
        outcome = StepOutcome::changed;
    }
    return finished(outcome);
}

/// A text has its mode in its one entry; what `from` names has a mode for each.
Json section(const std::vector<Json> &options) {
    const Json::json_pointer mode("/entries/0/mode");
    Json entries = options;
    for (Json &entry : entries) {
        if (entry.contains("content") && entry.contains(mode))
            entry["mode"] = Json(entry.at(mode));
        entry.erase("entries");
        entry.erase("outside");
        entry.erase("keep");
    }
    return entries;
}

/// No recipe has this key, so that no plan brings it.
void relocate(Step &step, const std::string &directory) {
    if (step.options.contains("from"))
        step.options["contents"] = directory;
}

std::vector<HiddenContents> hidden(const Step &step) {
    std::vector<HiddenContents> contents;
    if (is_removal(step.options) || is_place(step.options))
        return contents;
    const FileSet files = file_set_from(step.options);
    for (const FileEntry &entry : files.entries)
        if (files.outside || !everybody_reads_source(files, entry))
            // An emptied file anywhere would have the digest of an empty one.
            contents.push_back(
                {files.path_in_guest(entry), entry.size == 0 ? std::string() : entry.sha256});
    return contents;
}

Foreseen foreseen_at(const std::string &path, const FileSet &files, const FileEntry &entry,
                     const FileOwner &owner) {
    switch (entry.type) {
    case FileEntry::Type::link:
        return {path, FileInfo{FileInfo::Type::symlink, 0777, 0, 0, entry.link_target.size()},
                entry.link_target};
    case FileEntry::Type::directory:
        return {path, FileInfo{FileInfo::Type::directory, entry.mode, owner.uid, owner.gid, 0}, {}};
    case FileEntry::Type::file:
        break;
    }
    return {path, FileInfo{FileInfo::Type::regular, entry.mode, owner.uid, owner.gid, entry.size},
            files.source(entry), false, entry.sha256};
}

Foresight foresee(const Step &step, const GuestView &guest) {
    if (is_removal(step.options))
        return foresee_removal(step, guest);
    if (is_place(step.options))
        return foresee_place(step, guest);
    const FileSet files = file_set_from(step.options);
    FileOwner owner;
    if (!resolve_owner(guest, files.owner, files.group, owner).empty())
        return std::vector<Foreseen>();
    std::vector<Foreseen> seen;
    for (const FileEntry &entry : files.entries) {
        const std::string path = files.path_in_guest(entry);
        if (entry.type != FileEntry::Type::directory || !is_directory(guest, path))
            seen.push_back(foreseen_at(path, files, entry, owner));
    }
    return seen;
}

} // namespace

extern const StepKind k_files_step;
const StepKind k_files_step = {.name = "files",
                               .order = 10,
                               .semantics = 1,
                               .read = read_files,
                               .preview = preview,
                               .execute = execute,
                               .needs = needs_nothing,
                               .section = section,
                               .relocate = relocate,
                               .hidden = hidden,
                               .foresee = foresee,
                               .secret_keys = {"content"}};

} // namespace retouch::steps
