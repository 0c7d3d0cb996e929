// Unified diff: dtl finds the shortest edit script, this file makes the classic text of it.
// Common beginnings and ends are set aside first, so the usual small change costs almost nothing.
// Lines are compared as bytes with their line ends; nothing is escaped here.

#include "base/unified_diff.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"

#include <dtl/dtl.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

namespace retouch::base {

namespace {

constexpr std::size_t k_most_bytes = std::size_t{256} * 1024;
constexpr std::size_t k_most_lines = 10000;
constexpr std::size_t k_context = 3;

using Lines = std::vector<std::string_view>;

/// One line of the edit script: ' ' kept, '-' removed, '+' added.
struct Edit {
    char mark = ' ';
    std::string_view line;
};

/// With their line ends; the last may lack one.
Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const std::size_t size = end == std::string_view::npos ? text.size() : end + 1;
        lines.push_back(text.substr(0, size));
        text.remove_prefix(size);
    }
    return lines;
}

void append(std::vector<Edit> &edits, char mark, const Lines &lines, std::size_t from,
            std::size_t to) {
    for (std::size_t i = from; i < to; ++i)
        edits.push_back({mark, lines[i]});
}

/// Same number for same lines, so that dtl compares and copies numbers.
std::vector<int> numbered(const Lines &lines, std::unordered_map<std::string_view, int> &numbers) {
    std::vector<int> result;
    result.reserve(lines.size());
    for (const std::string_view line : lines)
        result.push_back(numbers.try_emplace(line, static_cast<int>(numbers.size())).first->second);
    return result;
}

/// How many lines of `before` find a line of their own in `after`, wherever it stands.
std::size_t shared_lines(const std::vector<int> &before, const std::vector<int> &after) {
    std::unordered_map<int, std::size_t> left;
    for (const int line : after)
        ++left[line];
    return static_cast<std::size_t>(std::ranges::count_if(before, [&left](int line) {
        const auto found = left.find(line);
        if (found == left.end() || found->second == 0)
            return false;
        --found->second;
        return true;
    }));
}

/// dtl remembers a point for each step of its search: about the product of lines removed and lines
/// added. Texts with hardly anything in common are shown as replaced instead.
bool worth_searching(const std::vector<int> &before, const std::vector<int> &after) {
    constexpr std::size_t k_most_points = 1000000;
    const std::size_t shorter = std::min(before.size(), after.size());
    const std::size_t surplus = std::max(before.size(), after.size()) - shorter;
    const auto affordable = [surplus](std::size_t replaced) {
        return (replaced + 1) * (replaced + surplus + 1) <= k_most_points;
    };
    if (affordable(shorter))
        return true;
    if (!affordable(shorter - shared_lines(before, after)))
        return false;
    dtl::Diff<int, std::vector<int>> measure(before, after);
    measure.onOnlyEditDistance();
    measure.compose();
    return affordable((static_cast<std::size_t>(measure.getEditDistance()) - surplus) / 2);
}

std::vector<Edit> search(const Lines &before, const Lines &after) {
    std::unordered_map<std::string_view, int> numbers;
    const std::vector<int> old_numbers = numbered(before, numbers);
    const std::vector<int> new_numbers = numbered(after, numbers);
    std::vector<Edit> edits;
    if (before.empty() || after.empty() || !worth_searching(old_numbers, new_numbers)) {
        append(edits, '-', before, 0, before.size());
        append(edits, '+', after, 0, after.size());
        return edits;
    }
    dtl::Diff<int, std::vector<int>> diff(old_numbers, new_numbers);
    diff.compose();
    std::size_t old_line = 0;
    std::size_t new_line = 0;
    for (const auto &[number, info] : diff.getSes().getSequence()) {
        if (info.type == dtl::SES_ADD) {
            edits.push_back({'+', after[new_line++]});
        } else if (info.type == dtl::SES_DELETE) {
            edits.push_back({'-', before[old_line++]});
        } else {
            edits.push_back({' ', before[old_line++]});
            ++new_line;
        }
    }
    return edits;
}

/// Removed lines before added ones wherever the two meet, as readers expect.
void put_removals_first(std::vector<Edit> &edits) {
    for (auto from = edits.begin(); from != edits.end();) {
        from = std::find_if(from, edits.end(), [](const Edit &edit) { return edit.mark != ' '; });
        const auto to =
            std::find_if(from, edits.end(), [](const Edit &edit) { return edit.mark == ' '; });
        std::stable_partition(from, to, [](const Edit &edit) { return edit.mark == '-'; });
        from = to;
    }
}

std::vector<Edit> edit_script(const Lines &before, const Lines &after) {
    const auto [differs_old, differs_new] = std::ranges::mismatch(before, after);
    const auto head = static_cast<std::size_t>(differs_old - before.begin());
    std::size_t tail = 0;
    while (tail < std::min(before.size(), after.size()) - head &&
           before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
        ++tail;
    std::vector<Edit> edits;
    append(edits, ' ', before, 0, head);
    const auto skip = static_cast<std::ptrdiff_t>(head);
    const auto rest = static_cast<std::ptrdiff_t>(tail);
    std::vector<Edit> middle = search(Lines(before.begin() + skip, before.end() - rest),
                                      Lines(after.begin() + skip, after.end() - rest));
    put_removals_first(middle);
    edits.insert(edits.end(), middle.begin(), middle.end());
    append(edits, ' ', before, before.size() - tail, before.size());
    return edits;
}

/// Part of the edit script from `from` up to `to`, with the lines of each text that precede it.
struct Hunk {
    std::size_t from = 0;
    std::size_t to = 0;
    std::size_t old_before = 0;
    std::size_t new_before = 0;
};

std::vector<Hunk> hunks_of(const std::vector<Edit> &edits) {
    std::vector<Hunk> hunks;
    std::vector<std::size_t> old_at;
    std::size_t old_count = 0;
    for (const Edit &edit : edits) {
        old_at.push_back(old_count);
        old_count += edit.mark == '+' ? 0U : 1U;
    }
    for (std::size_t i = 0; i < edits.size(); ++i) {
        if (edits[i].mark == ' ')
            continue;
        const std::size_t from = i - std::min(i, k_context);
        const std::size_t to = std::min(i + 1 + k_context, edits.size());
        if (!hunks.empty() && from <= hunks.back().to)
            hunks.back().to = to;
        else
            hunks.push_back({from, to, old_at[from], 0});
    }
    std::size_t new_count = 0;
    std::size_t at = 0;
    for (Hunk &hunk : hunks) {
        for (; at < hunk.from; ++at)
            new_count += edits[at].mark == '-' ? 0U : 1U;
        hunk.new_before = new_count;
    }
    return hunks;
}

/// "12,3"; one line needs no count, and a place without lines is named by the line before it.
std::string range(std::size_t lines_before, std::size_t count) {
    if (count == 1)
        return fmt::format("{}", lines_before + 1);
    return fmt::format("{},{}", count == 0 ? lines_before : lines_before + 1, count);
}

std::string text_of(const Hunk &hunk, const std::vector<Edit> &edits) {
    std::size_t old_count = 0;
    std::size_t new_count = 0;
    std::string body;
    for (std::size_t i = hunk.from; i < hunk.to; ++i) {
        const auto &[mark, line] = edits[i];
        old_count += mark == '+' ? 0U : 1U;
        new_count += mark == '-' ? 0U : 1U;
        body += mark;
        body += line;
        if (!line.ends_with('\n'))
            body += "\n\\ No newline at end of file\n";
    }
    return fmt::format("@@ -{} +{} @@\n{}", range(hunk.old_before, old_count),
                       range(hunk.new_before, new_count), body);
}

std::string summary(std::string_view text) {
    return fmt::format("{}, sha256 {}", format_bytes(text.size()), sha256_hex(text));
}

bool is_plain(std::string_view text) {
    return text.size() <= k_most_bytes && text.find('\0') == std::string_view::npos &&
           static_cast<std::size_t>(std::ranges::count(text, '\n')) < k_most_lines;
}

} // namespace

std::string unified_diff(std::string_view before, std::string_view after,
                         const std::string &before_name, const std::string &after_name) {
    if (before == after)
        return {};
    if (!is_plain(before) || !is_plain(after))
        return fmt::format("{} ({}) and {} ({}) differ\n", before_name, summary(before), after_name,
                           summary(after));
    const std::vector<Edit> edits = edit_script(lines_of(before), lines_of(after));
    std::string result = fmt::format("--- {}\n+++ {}\n", before_name, after_name);
    for (const Hunk &hunk : hunks_of(edits))
        result += text_of(hunk, edits);
    return result;
}

} // namespace retouch::base
