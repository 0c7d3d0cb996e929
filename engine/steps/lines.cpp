// lines: edits texts of the image: lines, blocks between two marks, settings of ini files, places
// in lines. One step per entry; those of one file act one after another. The file that a path leads
// to is edited, and replaced as `files` replaces one; nothing is run.

#include "base/text.hpp"
#include "base/unified_diff.hpp"
#include "guest/resolve.hpp"
#include "retouch/step_kind.hpp"
#include "steps/lines/edited_text.hpp"
#include "steps/lines/line_edit.hpp"
#include "steps/lines/line_entries.hpp"
#include "steps/support/covered_places.hpp"
#include "steps/support/guest_paths.hpp"
#include "steps/support/open_to_all.hpp"
#include "steps/support/outcome.hpp"
#include "steps/support/plain_kind.hpp"
#include "steps/support/unchangeable_places.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::uint32_t k_new_mode = 0644;

/// A file of the guest as an edit leaves it.
struct EditedFile {
    std::string obstacle;        ///< why it cannot be edited; then all else says nothing
    std::string path;            ///< without links
    std::optional<FileInfo> was; ///< nullopt: it is new
    std::string before;          ///< as a diff shows it
    std::string after;
    std::string bytes; ///< that are to be written
    bool differs = false;
    std::string words;

    [[nodiscard]] FileInfo becomes() const {
        FileInfo info = was.value_or(FileInfo{FileInfo::Type::regular, k_new_mode, 0, 0, 0});
        info.size = bytes.size();
        return info;
    }
};

EditedFile obstructed(std::string obstacle) {
    EditedFile file;
    file.obstacle = std::move(obstacle);
    return file;
}

/// Why there is no file that could be edited or made; empty when there is.
std::string file_obstacle(const Json &options, const GuestView &guest, const EditedFile &file) {
    const auto named = options.at("file").get<std::string>();
    const std::string shown = base::escape(named);
    if (const std::string_view covering = covered_by(file.path); !covering.empty())
        return fmt::format(
            "{} leads to {}, on which another filesystem is mounted when the image boots; {}",
            shown, base::escape(file.path), instead_of_covered(covering));
    if (std::string obstacle = FstabCover(guest).obstacle(file.path); !obstacle.empty())
        return obstacle;
    if (!file.was && guest.lstat(named))
        return fmt::format("{} is a link to {}, which is not there", shown,
                           base::escape(file.path));
    if (!file.was && !options.value("create", false))
        return fmt::format("the image has no {}{}", shown,
                           options.contains("create") ? "; 'create: true' makes it" : "");
    if (!file.was)
        return parent_obstacle(guest, file.path);
    if (file.was->type == FileInfo::Type::directory)
        return shown + " is a directory in the image";
    if (file.was->type != FileInfo::Type::regular)
        return shown + " is a device, pipe or socket in the image";
    if (file.was->size > k_largest_edited)
        return fmt::format("{} is too large to be edited: {}, and at most 16 MiB are read", shown,
                           base::format_bytes(file.was->size));
    return {};
}

EditedFile edit(const Step &step, const GuestView &guest) {
    const Json &options = step.options;
    const auto named = options.at("file").get<std::string>();
    EditedFile file;
    file.path = guest::resolve_in_guest(guest, named);
    file.was = guest.lstat(file.path);
    if (std::string obstacle = file_obstacle(options, guest, file); !obstacle.empty())
        return obstructed(std::move(obstacle));
    const std::string bytes = file.was ? guest.read(file.path, k_largest_edited) : std::string();
    std::string obstacle;
    EditedText text(bytes, obstacle);
    if (!obstacle.empty())
        return obstructed(fmt::format("{} cannot be edited: {}", base::escape(named), obstacle));
    file.before = text.shown();
    EditOutcome outcome = LineEdit(options).apply(text);
    if (!outcome.obstacle.empty())
        return obstructed(fmt::format("{}: {}", base::escape(named), outcome.obstacle));
    file.after = text.shown();
    file.bytes = text.bytes();
    file.words = std::move(outcome.words);
    file.differs = !file.was || file.bytes != bytes;
    if (file.differs)
        file.obstacle = unchangeable_obstacle(guest, {file.path});
    return file;
}

std::string diff_of(const EditedFile &file, const GuestView &guest) {
    const FileInfo info = file.becomes();
    if (!everybody_reads(info.mode) || !everybody_reaches(guest, file.path))
        return not_shown(file.path, file.was ? std::optional(file.was->size) : std::nullopt,
                         info.size);
    const std::string diff = base::unified_diff(file.before, file.after,
                                                file.was ? base::escape(file.path) : "/dev/null",
                                                base::escape(file.path));
    return base::escape(diff, true);
}

StepChange preview(const Step &step, const GuestView &guest) {
    const EditedFile file = edit(step, guest);
    require_no_obstacle(file.obstacle, step);
    if (!file.differs)
        return {StepState::unchanged, file.words, {}};
    return {StepState::change, file.was ? file.words : "new file", diff_of(file, guest)};
}

StepResult execute(const Step &step, Guest &guest) {
    EditedFile file = edit(step, guest);
    if (!file.obstacle.empty())
        return finished(StepOutcome::failed, std::move(file.obstacle));
    if (!file.differs)
        return finished(StepOutcome::unchanged, std::move(file.words));
    const FileInfo info = file.becomes();
    const bool keeps = keeps_owner_and_mode(guest, file.path);
    if (!file.was)
        make_parents(guest, file.path, 0, 0);
    guest.write(file.path, file.bytes, info.mode, keeps ? info.uid : 0, keeps ? info.gid : 0);
    return finished(StepOutcome::changed, std::move(file.words));
}

Foresight foresee(const Step &step, const GuestView &guest) {
    EditedFile file = edit(step, guest);
    if (!file.obstacle.empty() || !file.differs)
        return std::vector<Foreseen>();
    const FileInfo info = file.becomes();
    return std::vector{Foreseen{file.path, info, std::move(file.bytes)}};
}

} // namespace

extern const StepKind k_lines_step;
const StepKind k_lines_step = {.name = "lines",
                               .order = 12,
                               .semantics = 1,
                               .read = read_lines,
                               .preview = preview,
                               .execute = execute,
                               .needs = needs_nothing,
                               .section = entries_of,
                               .foresee = foresee,
                               .secret_keys = {"line", "block", "ini"}};

} // namespace retouch::steps
