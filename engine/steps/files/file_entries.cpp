// Reading the section `files`.
// A mistake in one entry does not stop the reading: all mistakes of a section come at once.

#include "steps/files/file_entries.hpp"

#include "base/digest.hpp"
#include "base/path.hpp"
#include "base/secret_text.hpp"
#include "base/text.hpp"
#include "steps/files/file_set.hpp"
#include "steps/files/host_files.hpp"
#include "steps/files/path_claims.hpp"
#include "steps/files/place_entries.hpp"
#include "steps/files/removals.hpp"
#include "steps/files/saved_files.hpp"
#include "steps/files/template_text.hpp"
#include "steps/support/covered_places.hpp"
#include "steps/support/host_place.hpp"
#include "steps/support/reading.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

/// Where in the section an entry stands, and what all entries share.
struct Place {
    const Section &section;
    std::size_t number;
    const Value &entry;
    const Reader &reader;
    PathClaims &claims;
    ReadResult &result;

    [[nodiscard]] bool is_late() const { return entry.find("phase") != nullptr; }

    [[nodiscard]] Step step() const {
        Step step = new_step(section, number, entry, reader.context);
        step.late = is_late();
        if (step.late)
            step.options["phase"] = step.identity["phase"] = "end";
        return step;
    }
};

std::string counted_files(std::size_t count) {
    return fmt::format("{} file{}", count, count == 1 ? "" : "s");
}

/// As the recipe may name it: relative to its directory, unless the whole path is shorter.
std::string spelled_in(const std::filesystem::path &directory, const std::string &from) {
    std::string relative = std::filesystem::path(from).lexically_relative(directory).string();
    return relative.empty() || relative.size() > from.size() ? from : relative;
}

std::string summary_of(const FileSet &files, const std::filesystem::path &directory) {
    if (files.content)
        return fmt::format("write {}", base::escape(files.to));
    std::string spelled = spelled_in(directory, files.from);
    if (!files.is_tree())
        return fmt::format("copy {} to {}", base::escape(spelled), base::escape(files.to));
    if (!spelled.ends_with('/'))
        spelled += '/';
    return fmt::format("copy {} to {} ({})", base::escape(spelled), base::escape(files.to),
                       counted_files(files.file_count()));
}

/// What holds a secret is for its owner alone, unless the recipe says more.
FileEntry entry_for(const std::string &content) {
    FileEntry entry;
    entry.mode = base::secrets_named_in(content).empty() ? 0644 : 0600;
    entry.sha256 = base::sha256_hex(content);
    entry.size = content.size();
    return entry;
}

void claim(const FileSet &files, const Mark &mark, const Place &place) {
    for (const FileEntry &entry : files.entries) {
        const auto use = entry.type == FileEntry::Type::directory ? PathClaims::Use::directory
                                                                  : PathClaims::Use::file;
        if (!place.claims.claim(files.path_in_guest(entry), use, mark, place.reader))
            return;
    }
}

/// False after an error.
bool will_be_seen(const std::string &path, bool is_directory, const Mark &mark,
                  const Place &place) {
    const std::string_view covering = covered_by(path);
    if (covering.empty() || (is_directory && path == covering))
        return true;
    place.reader.error(mark,
                       fmt::format("'{}' cannot be seen in a machine that boots the image: "
                                   "another filesystem is mounted on {}",
                                   base::escape(path), covering),
                       instead_of_covered(covering));
    return false;
}

/// The same for each of them.
bool will_be_seen(const FileSet &files, const Mark &mark, const Place &place) {
    return std::ranges::all_of(files.entries, [&](const FileEntry &entry) {
        return will_be_seen(files.path_in_guest(entry), entry.type == FileEntry::Type::directory,
                            mark, place);
    });
}

void note_injected(const FileSet &files, ReadResult &result) {
    if (files.content)
        return;
    for (const FileEntry &entry : files.entries)
        if (entry.type == FileEntry::Type::file)
            result.injected.push_back(
                {std::get<std::filesystem::path>(files.source(entry)).string(), entry.sha256,
                 static_cast<std::int64_t>(entry.size)});
}

/// Fills in what is to be put there. False after an error.
bool read_source(FileSet &files, const Place &place) {
    const Value *content = place.entry.find("content");
    const Value *from = place.entry.find("from");
    if ((content == nullptr) == (from == nullptr)) {
        if (content == nullptr)
            place.reader.error(
                place.entry.mark,
                "an entry with 'to' needs 'content', 'from', 'directory', 'link', or "
                "attributes to set");
        else
            place.reader.conflict(from->mark, "'from' does not go with 'content'", content->mark,
                                  "the content is given here");
        return false;
    }
    without(place.entry, {"recursive"}, "contents", place.reader);
    if (place.entry.flag_or("substitute", false)) {
        if (content != nullptr)
            return without(place.entry, {"substitute"},
                           "'content', which has its variables already", place.reader);
        files.content = template_text(*from, place.reader);
        if (files.content)
            files.entries.push_back(entry_for(*files.content));
        return files.content.has_value();
    }
    if (content != nullptr) {
        doubt_variables(*content, place.reader);
        files.content = content->scalar;
        files.entries.push_back(entry_for(content->scalar));
        return true;
    }
    const auto path =
        (place.reader.context.file(from->mark).directory / from->scalar).lexically_normal();
    files.from = path.string();
    while (files.from.size() > 1 && files.from.ends_with('/'))
        files.from.pop_back();
    if (const auto *saved = place.reader.context.saved; saved != nullptr) {
        const Value &options = saved->at(place.number);
        files.outside = options.find("outside") != nullptr;
        files.entries = saved_files(options, place.reader);
        return !files.entries.empty();
    }
    const auto where = require_host_place(files.from, *from, place.reader);
    if (!where)
        return false;
    files.outside = where == HostPlace::allowed;
    files.entries = list_host_files(files.from, from->scalar, from->mark, place.reader);
    return !files.entries.empty();
}

/// An entry without contents.
void read_bare(const Place &place, const Value &to) {
    const auto path = guest_path(to, place.reader);
    if (!path || !will_be_seen(*path, place.entry.find("directory") != nullptr, to.mark, place))
        return;
    Step step = place.step();
    if (read_place(place.entry, *path, place.claims, place.reader, step))
        place.result.steps.push_back(std::move(step));
}

void read_writing(const Place &place, const Value &to) {
    if (is_place_entry(place.entry))
        return read_bare(place, to);
    FileSet files;
    const auto path = guest_path(to, place.reader);
    const auto mode = mode_of(place.entry, "mode", place.reader);
    files.owner = account_or_root(place.entry, "owner", place.reader);
    files.group = account_or_root(place.entry, "group", place.reader);
    if (!read_source(files, place) || !path)
        return;
    files.to = *path;
    for (FileEntry &entry : files.entries)
        if (entry.type == FileEntry::Type::file && mode)
            entry.mode = *mode;
    if (!will_be_seen(files, to.mark, place))
        return;
    claim(files, to.mark, place);
    note_injected(files, place.result);
    Step step = place.step();
    step.summary = summary_of(files, place.reader.context.files.at(0).directory);
    step.options.update(options_of(files));
    step.identity.update(identity_of(files));
    step.places = {files.to};
    place.result.steps.push_back(std::move(step));
}

void read_removing(const Place &place, const Value &path) {
    without(place.entry,
            {"to", "content", "from", "substitute", "directory", "link", "mode", "owner", "group",
             "recursive"},
            "'remove'", place.reader);
    Step step = place.step();
    if (read_removal(path, place.claims, place.reader, step))
        place.result.steps.push_back(std::move(step));
}

void read_entry(const Place &place) {
    if (const Value *removed = place.entry.find("remove"))
        read_removing(place, *removed);
    else if (const Value *to = place.entry.find("to"))
        read_writing(place, *to);
    else
        place.reader.error(place.entry.mark, "an entry of 'files' needs 'to' or 'remove'");
}

} // namespace

ReadResult read_files(const Section &section, const ReadContext &context,
                      Diagnostics &diagnostics) {
    const Reader reader{context, diagnostics};
    PathClaims usual;
    PathClaims late;
    ReadResult result;
    std::vector<Mark> marks; // of what gave each step
    for (std::size_t number = 0; number < section.value.items.size(); ++number) {
        const Value &entry = section.value.items[number];
        const Value *removed = entry.find("remove");
        read_entry({section, number, entry, reader, entry.find("phase") != nullptr ? late : usual,
                    result});
        marks.resize(result.steps.size(), removed != nullptr ? removed->mark : entry.mark);
    }
    for (std::size_t i = 0; i < result.steps.size(); ++i)
        if (Step &step = result.steps[i]; is_removal(step.options))
            keep_what_is_claimed(step, marks[i], step.late ? late : usual, reader);
    return result;
}

} // namespace retouch::steps
