// Scans over quoted scalars, block scalars and reserved first characters.
// Flow collections have a file of their own.

#include "recipe/yaml/yaml_scan.hpp"

#include "recipe/yaml/yaml_layout.hpp"
#include "recipe/yaml/yaml_layout_words.hpp"
#include "recipe/yaml/yaml_scalar.hpp"
#include "recipe/yaml/yaml_tokens.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::recipe {

namespace {

RefusedYaml tab_finding(std::size_t offset) {
    return finding_at(offset, "a tab cannot indent", "indent with spaces");
}

/// The '|2-' of a block scalar.
struct BlockHeader {
    std::size_t end = 0;
    std::size_t indent = 0; ///< 0: the first line decides
};

BlockHeader read_header(std::string_view text, std::size_t offset) {
    BlockHeader header{offset + 1, 0};
    bool chomp = false;
    for (; header.end < text.size(); ++header.end) {
        const char c = text[header.end];
        if (c >= '1' && c <= '9' && header.indent == 0)
            header.indent = static_cast<std::size_t>(c - '0');
        else if ((c == '+' || c == '-') && !chomp)
            chomp = true;
        else
            break;
    }
    return header;
}

struct BlockLine {
    std::size_t start = 0;
    std::size_t indent = 0; ///< leading spaces
    bool blank = false;     ///< nothing but spaces
    std::size_t end = 0;
};

BlockLine read_block_line(std::string_view text, std::size_t start) {
    BlockLine line;
    line.start = start;
    line.end = line_end(text, start);
    const std::size_t first = std::min(text.find_first_not_of(' ', start), line.end);
    line.indent = first - start;
    line.blank = first == line.end;
    return line;
}

/// yaml-cpp drops line ends before a closing quote that others keep.
bool ends_with_empty_line(std::string_view inside) {
    const std::size_t last = inside.find_last_not_of(" \t\n");
    const std::size_t from = last == std::string_view::npos ? 0 : last + 1;
    return std::ranges::count(inside.substr(from), '\n') > 1;
}

/// yaml-cpp takes \' for a quote; no version of YAML knows it.
std::optional<std::size_t> escaped_apostrophe(std::string_view text, std::size_t offset,
                                              std::size_t end) {
    for (std::size_t i = offset; i < end && text[offset] == '"'; ++i) {
        if (text.substr(i, 2) == "\\'")
            return i;
        i += text[i] == '\\' ? 1 : 0;
    }
    return std::nullopt;
}

/// The rest of the line in quotes, when it is short enough to show.
std::string quote_rest(std::string_view text, std::size_t offset) {
    constexpr std::size_t k_longest = 60;
    const std::string_view rest = base::trim(text.substr(offset, line_end(text, offset) - offset));
    if (rest.size() > k_longest)
        return "put the text in quotes";
    return "put the text in quotes: " + yaml_quoted(rest);
}

/// The key or dash on whose line the block scalar at `offset` starts.
std::string owner_of_block(std::string_view text, std::size_t offset) {
    std::size_t at = text.substr(0, offset).rfind('\n') + 1; // npos + 1 is 0
    at = std::min(text.find_first_not_of(" -", at), offset);
    const std::string_view key = base::trim(text.substr(at, offset - at));
    constexpr std::size_t k_longest = 60;
    return key.size() < 2 || key.size() > k_longest
               ? "a list entry"
               : fmt::format("'{}'", base::escape(base::trim(key.substr(0, key.size() - 1))));
}

/// Text where a block has none of its own, at `line`: it was meant to be in it.
std::optional<Scan> unindented_text(std::string_view text, std::size_t offset, std::size_t line,
                                    std::size_t parent) {
    BlockLine next = read_block_line(text, line);
    const std::size_t first = next.start + next.indent;
    if (next.blank || text[first] == '#' || at_entry(text, first) || at_document_marker(text, line))
        return std::nullopt;
    while (next.end < text.size() &&
           (next.blank || next.indent > parent || !at_entry(text, next.start + next.indent)))
        next = read_block_line(text, next.end + 1);
    const std::string owner = owner_of_block(text, offset);
    return Scan{next.end < text.size() ? next.start : text.size(),
                RefusedYaml{first,
                            fmt::format("the text of {} must be indented more than its {}", owner,
                                        owner.starts_with('\'') ? "key" : "dash"),
                            fmt::format("indent it by {} spaces", parent + 2), offset,
                            "the text block starts here"}};
}

} // namespace

Scan scan_quoted(std::string_view text, std::size_t offset) {
    if (const auto end = quoted_end(text, offset)) {
        for (std::size_t at = text.find('\n', offset); at < *end; at = text.find('\n', at + 1))
            if (at_document_marker(text, at + 1))
                return {at, finding_at(offset, "this quote is not closed before the document "
                                               "marker below")};
        if (const auto at = escaped_apostrophe(text, offset, *end))
            return {*end,
                    finding_at(*at, "'\\'' is not a known escape", "write ' without a backslash")};
        if (ends_with_empty_line(text.substr(offset + 1, *end - offset - 2)))
            return {*end, finding_at(offset, "this quoted text ends with empty lines",
                                     "write \\n for them in double quotes, or use a block: |")};
        return {*end, std::nullopt};
    }
    return {text.size(), finding_at(offset, "this quote is never closed",
                                    "add the missing quote at the end of the text")};
}

Scan scan_block_scalar(std::string_view text, std::size_t offset, std::size_t parent) {
    const BlockHeader header = read_header(text, offset);
    if (!only_comment_left(text, header.end))
        return {header.end,
                finding_at(offset,
                           fmt::format("text cannot follow '{}' on its line",
                                       text.substr(offset, header.end - offset)),
                           "start the text on the next line, or " + quote_rest(text, offset))};
    std::size_t indent = header.indent == 0 ? 0 : parent + header.indent;
    std::size_t longest_blank = 0;
    bool empty = true;
    std::size_t at = line_end(text, header.end);
    while (at < text.size()) {
        const BlockLine line = read_block_line(text, at + 1);
        if (line.blank) {
            longest_blank = std::max(longest_blank, line.indent);
            at = line.end;
            continue;
        }
        const std::size_t first = line.start + line.indent;
        if (text[first] == '\t' && line.indent < std::max(indent, parent + 1))
            return {line.end, tab_finding(first)};
        if (line.indent <= parent) {
            if (auto meant =
                    empty ? unindented_text(text, offset, line.start, parent) : std::nullopt)
                return *std::move(meant);
            break;
        }
        empty = false;
        if (indent == 0) {
            indent = line.indent;
            if (longest_blank > indent)
                return {line.end,
                        finding_at(first,
                                   "the empty lines above are indented deeper than this line",
                                   "remove the spaces from the empty lines")};
        }
        if (line.indent < indent) {
            if (text[first] == '#')
                break;
            return {line.end,
                    RefusedYaml{first,
                                "this line is indented less than the text block it stands in",
                                fmt::format("indent it by {} spaces", indent), offset,
                                "the block starts here"}};
        }
        at = line.end;
    }
    return {std::min(at + 1, text.size()), std::nullopt};
}

std::optional<RefusedYaml> reserved_start(std::string_view text, std::size_t offset) {
    const char c = text[offset];
    if (c == '&' || c == '*' || c == '!') {
        const char *what = c == '&'   ? "anchors (&name)"
                           : c == '*' ? "aliases (*name)"
                                      : "tags (!name)";
        return finding_at(offset, fmt::format("{} are not allowed", what),
                          "if it is meant as text, " + quote_rest(text, offset));
    }
    if (c == '?' && at_gap(text, offset + 1))
        return finding_at(offset, "keys marked with '? ' are not allowed", "write \"key: value\"");
    if (std::string_view(",[]{}%@`").find(c) != std::string_view::npos)
        return finding_at(offset, fmt::format("text cannot start with '{}'", c),
                          quote_rest(text, offset));
    return std::nullopt;
}

RefusedYaml too_deep(std::size_t offset) {
    return finding_at(offset, fmt::format("nested deeper than {} levels", k_max_yaml_depth));
}

} // namespace retouch::recipe
