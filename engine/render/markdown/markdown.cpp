// Markdown: building blocks in GitHub's flavour, which GitLab and Gitea read alike.
// Untrusted text goes into code spans and fences wherever possible: nothing is interpreted there.
// Words outside of code are written with entities for every character that could be markup.

#include "render/markdown/markdown.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::render {

namespace {

std::size_t longest_run(std::string_view text, char wanted) {
    std::size_t longest = 0;
    std::size_t run = 0;
    for (const char character : text) {
        run = character == wanted ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return longest;
}

std::string table_row(const std::vector<std::string> &cells) {
    std::string row = "|";
    for (const std::string &cell : cells)
        row += fmt::format(" {} |", cell);
    return row + "\n";
}

} // namespace

std::string markdown_code(std::string_view text) {
    const std::string safe = base::escape(text);
    if (safe.empty())
        return {};
    const std::string fence(longest_run(safe, '`') + 1, '`');
    const std::string pad = safe.front() == '`' || safe.back() == '`' ? " " : "";
    return fence + pad + safe + pad + fence;
}

std::string markdown_cell(std::string_view text) {
    std::string cell;
    for (const char character : markdown_code(text)) {
        if (character == '|')
            cell += '\\';
        cell += character;
    }
    return cell;
}

std::string markdown_fence(std::string_view language, std::string_view text) {
    const std::string fence(std::max<std::size_t>(3, longest_run(text, '`') + 1), '`');
    std::string body = base::escape(text, true);
    if (!body.empty() && body.back() != '\n')
        body += '\n';
    return fmt::format("{}{}\n{}{}\n", fence, language, body, fence);
}

std::string markdown_words(std::string_view text) {
    constexpr std::string_view k_markup = "\\`*_[]<>#|&~$";
    std::string out;
    for (const char character : base::escape(text)) {
        if (k_markup.find(character) != std::string_view::npos)
            out += fmt::format("&#{};", static_cast<int>(character));
        else
            out += character;
    }
    return out;
}

std::string markdown_table(const std::vector<std::string> &header,
                           const std::vector<std::vector<std::string>> &rows) {
    if (rows.empty())
        return {};
    std::string text =
        table_row(header) + table_row(std::vector<std::string>(header.size(), "---"));
    for (const std::vector<std::string> &row : rows)
        text += table_row(row);
    return text;
}

std::string markdown_details(std::string_view summary, std::string_view body) {
    return fmt::format("<details><summary>{}</summary>\n\n{}\n</details>\n", summary, body);
}

std::string markdown_marker(std::string_view kind, std::string_view name) {
    std::string safe;
    for (const char character : name) {
        if (base::is_alphanumeric(character))
            safe += character;
        else if (!safe.empty() && safe.back() != '-')
            safe += '-';
    }
    return name.empty() ? fmt::format("<!-- retouch:{} -->\n", kind)
                        : fmt::format("<!-- retouch:{}:{} -->\n", kind, safe);
}

} // namespace retouch::render
