// Effect lines: what is gathered in which order, and where it is cut.
// Diffs: of files that were there before first, they are what reviewers look for; of new files only
// those that are named, or else a package would fill the screen with what it brings.

#include "render/effect_lines.hpp"

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "model/rehearsal_verdict.hpp"
#include "model/volatile_change.hpp"
#include "render/file_groups.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace retouch::render {

namespace {

constexpr std::size_t k_most_of_a_sort = 40; ///< packages, accounts...
constexpr std::size_t k_code_lines = 40;     ///< of what is run in volatile paths
constexpr std::size_t k_volatile_lines = 3;
constexpr std::size_t k_longest_diff_line = 240;
constexpr const char *k_all_of_it = "all of it: --format json";

template<typename Change, typename Line>
void add_lines(std::vector<EffectLine> &lines, const std::vector<Change> &changes,
               std::string_view noun, const Line &line_of) {
    for (std::size_t i = 0; i < std::min(changes.size(), k_most_of_a_sort); ++i)
        lines.push_back(line_of(changes[i]));
    if (changes.size() > k_most_of_a_sort)
        lines.push_back(
            {' ', fmt::format("... {} more ({})", counted(changes.size() - k_most_of_a_sort, noun),
                              k_all_of_it)});
}

EffectLine group_line(const FileGroup &group) {
    if (group.single != nullptr)
        return entry_line(*group.single);
    char mark = '~';
    if (group.changed == 0 && group.removed == 0)
        mark = '+';
    else if (group.changed == 0 && group.added == 0)
        mark = '-';
    std::string text = fmt::format("{}  +{} ~{} -{}", base::clipped(group.directory, 400),
                                   group.added, group.changed, group.removed);
    if (group.bytes > 0)
        text += ", " + base::format_bytes(group.bytes);
    return {mark, std::move(text)};
}

void add_groups(std::vector<EffectLine> &lines, const std::vector<EntryChange> &changes,
                std::size_t limit, const char *remark) {
    for (const FileGroup &group : group_files(changes, limit)) {
        lines.push_back(group_line(group));
        lines.back().text += remark;
    }
}

/// The package manager's own records: the packages themselves are told.
bool is_bookkeeping(const Effect &effect, const EntryChange &change) {
    return !effect.packages.empty() &&
           (change.path.starts_with("/var/lib/") || change.path.starts_with("/lib/apk/"));
}

/// Those with a diff that is worth a look, in order. Requires: nothing volatile in it.
std::vector<const EntryChange *> worth_a_diff(const Effect &effect) {
    std::set<const EntryChange *> named;
    for (const FileGroup &group : group_files(effect.files, k_effect_file_lines))
        named.insert(group.single);
    std::vector<const EntryChange *> changes;
    for (const bool was_there : {true, false})
        for (const EntryChange &change : effect.files)
            if (!change.diff.empty() && was_there == change.before.has_value() &&
                (was_there || named.contains(&change)) && !is_bookkeeping(effect, change))
                changes.push_back(&change);
    return changes;
}

/// The first lines of a diff, `limit` at most and one that says how many more there are.
std::vector<std::string> beginning(const std::string &diff, std::size_t limit) {
    const std::vector<std::string> all = base::split_lines(diff);
    const std::size_t shown = all.size() > limit + 1 ? limit : all.size();
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < shown; ++i)
        lines.push_back(base::clipped(all[i], k_longest_diff_line, true));
    if (all.size() > shown)
        lines.push_back(
            fmt::format("... {} more ({})", counted(all.size() - shown, "line"), k_all_of_it));
    return lines;
}

} // namespace

std::vector<EffectLine> effect_lines(const Effect &effect,
                                     const std::vector<std::string> &volatile_paths,
                                     std::size_t file_lines) {
    std::vector<EffectLine> lines;
    add_lines(lines, effect.packages, "package", package_line);
    add_lines(lines, effect.services, "service", service_line);
    add_lines(lines, effect.accounts, "account", account_line);
    std::vector<EntryChange> rights;
    std::ranges::copy_if(effect.files, std::back_inserter(rights), gives_rights);
    add_lines(lines, rights, "file that gives rights", rights_line);
    std::vector<EntryChange> told;
    std::vector<EntryChange> code;
    std::vector<EntryChange> hidden;
    for (const EntryChange &change : effect.files) {
        base::check_interrupt();
        if (!model::is_volatile(volatile_paths, change.path))
            told.push_back(change);
        else
            (model::is_volatile_change(change, volatile_paths) ? hidden : code).push_back(change);
    }
    add_groups(lines, told, file_lines, "");
    // A short view stays short.
    add_groups(lines, code, file_lines < k_effect_file_lines ? file_lines : k_code_lines,
               " (code)");
    add_groups(lines, hidden, k_volatile_lines, " (volatile)");
    return lines;
}

std::vector<std::string> effect_diff_lines(const Effect &effect,
                                           const std::vector<std::string> &volatile_paths) {
    const Effect told = model::without_volatile(effect, volatile_paths);
    std::vector<std::string> lines;
    std::size_t left_out = 0;
    for (const EntryChange &change : effect.files)
        left_out += change.diff.empty() ? 0 : 1;
    for (const EntryChange *change : worth_a_diff(told)) {
        if (lines.size() >= k_effect_diff_lines_step)
            break;
        const std::size_t room =
            std::min(k_effect_diff_lines_step - lines.size(),
                     change->before ? k_effect_diff_lines : k_effect_diff_lines_new);
        for (std::string &line : beginning(change->diff, room))
            lines.push_back(std::move(line));
        --left_out;
    }
    if (left_out > 0)
        lines.push_back(fmt::format("... left out: the diffs of {} ({})",
                                    counted(left_out, lines.empty() ? "file" : "more file"),
                                    k_all_of_it));
    return lines;
}

} // namespace retouch::render
