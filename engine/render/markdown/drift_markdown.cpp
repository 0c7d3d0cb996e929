// Drift as markdown: the summary says whether to read on; the table says the rest.

#include "render/markdown/drift_markdown.hpp"

#include "render/drift_summary.hpp"
#include "render/markdown/markdown.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::render {

namespace {

/// Some sentences end with a list, a line for each of its entries.
std::string one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return text;
}

std::string bullets(const char *label, const std::vector<std::string> &sentences) {
    std::string text;
    for (const std::string &sentence : sentences)
        text += fmt::format("- {}: {}\n", label, markdown_words(one_line(sentence)));
    return text;
}

} // namespace

std::string drift_markdown(const DriftReport &report, bool marked) {
    std::string text = marked ? markdown_marker("drift", report.recipe.name) : "";
    text += fmt::format("### {}\n\nRecipe {} on catalog {}", drift_summary(report),
                        markdown_code(report.recipe.path), markdown_code(report.catalog));
    if (report.image)
        text += fmt::format(", image {} ({})", markdown_code(report.image->name),
                            markdown_code(report.image->id));
    text += "\n";
    std::vector<std::vector<std::string>> rows;
    for (const Deviation &deviation : report.drift)
        rows.push_back({markdown_cell(deviation.what), markdown_cell(deviation.expected),
                        markdown_cell(deviation.found), deviation.apply_fixes ? "yes" : "**no**",
                        markdown_words(deviation.remedy)});
    const std::string table =
        markdown_table({"what", "expected", "found", "apply fixes it", "how"}, rows);
    if (!table.empty())
        text += "\n" + table;
    const std::string list =
        bullets("pending", report.pending) + bullets("not looked at", report.unchecked);
    return list.empty() ? text : text + "\n" + list;
}

} // namespace retouch::render
