// Tokens: the ends of YAML tokens, by the rules yaml-cpp 0.7 follows.
// The text holds only "\n" as line end; characters were judged before.

#include "recipe/yaml/yaml_tokens.hpp"

#include <algorithm>

namespace retouch::recipe {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool at_line_end(std::string_view text, std::size_t offset) {
    return offset >= text.size() || text[offset] == '\n';
}

bool at_gap(std::string_view text, std::size_t offset) {
    return at_line_end(text, offset) || is_blank(text[offset]);
}

std::size_t line_end(std::string_view text, std::size_t offset) {
    return std::min(text.find('\n', offset), text.size());
}

std::size_t skip_blanks(std::string_view text, std::size_t offset) {
    while (offset < text.size() && is_blank(text[offset]))
        ++offset;
    return offset;
}

bool only_comment_left(std::string_view text, std::size_t offset) {
    const std::size_t next = skip_blanks(text, offset);
    if (at_line_end(text, next))
        return true;
    return text[next] == '#' && (next == 0 || at_gap(text, next - 1));
}

bool at_document_marker(std::string_view text, std::size_t offset) {
    const std::string_view mark = text.substr(offset, 3);
    return (mark == "---" || mark == "...") && at_gap(text, offset + 3) &&
           (offset == 0 || text[offset - 1] == '\n');
}

std::size_t plain_end(std::string_view text, std::size_t offset, bool in_flow) {
    std::size_t end = offset;
    for (std::size_t i = offset; !at_line_end(text, i); ++i) {
        const char c = text[i];
        if (c == '#' && i > offset && is_blank(text[i - 1]))
            break;
        if (at_key_colon(text, i, in_flow, false))
            break;
        if (in_flow && std::string_view(",[]{}").find(c) != std::string_view::npos)
            break;
        if (!is_blank(c))
            end = i + 1;
    }
    return end;
}

std::optional<std::size_t> continued_end(std::string_view text, std::size_t line,
                                         std::size_t parent, bool in_flow) {
    const std::size_t first = std::min(text.find_first_not_of(' ', line), text.size());
    if (first - line <= parent || at_gap(text, first) || text[first] == '#')
        return std::nullopt;
    const auto is_one_of = [&](std::string_view characters) {
        return characters.find(text[first]) != std::string_view::npos;
    };
    if ((is_one_of("-?:") && at_gap(text, first + 1)) || (in_flow && is_one_of(",[]{}")))
        return std::nullopt;
    const std::size_t end = plain_end(text, first, in_flow);
    if (at_key_colon(text, skip_blanks(text, end), in_flow, false))
        return std::nullopt;
    return end;
}

std::size_t plain_end_over_lines(std::string_view text, std::size_t end, std::size_t parent,
                                 bool in_flow) {
    while (at_line_end(text, skip_blanks(text, end)) && line_end(text, end) < text.size()) {
        std::size_t line = line_end(text, end) + 1;
        while (line < text.size() && at_line_end(text, text.find_first_not_of(' ', line)))
            line = line_end(text, line) + 1; // an empty line breaks the text
        const auto next =
            line < text.size() ? continued_end(text, line, parent, in_flow) : std::nullopt;
        if (!next)
            return end;
        end = *next;
    }
    return end;
}

bool at_entry(std::string_view text, std::size_t offset) {
    if (at_line_end(text, offset))
        return false;
    if (text[offset] == '-')
        return at_gap(text, offset + 1);
    const bool quote = text[offset] == '"' || text[offset] == '\'';
    const std::size_t end =
        quote ? quoted_end(text, offset).value_or(text.size()) : plain_end(text, offset, false);
    return at_key_colon(text, skip_blanks(text, end), false, false);
}

std::optional<std::size_t> quoted_end(std::string_view text, std::size_t offset) {
    const char quote = text[offset];
    for (std::size_t i = offset + 1; i < text.size(); ++i) {
        const bool escape = quote == '"' ? text[i] == '\\' : text.substr(i, 2) == "''";
        if (escape)
            ++i;
        else if (text[i] == quote)
            return i + 1;
    }
    return std::nullopt;
}

bool at_key_colon(std::string_view text, std::size_t offset, bool in_flow, bool after_quote) {
    if (offset >= text.size() || text[offset] != ':')
        return false;
    if (at_gap(text, offset + 1))
        return true;
    if (!in_flow)
        return false;
    return after_quote || std::string_view(",]}").find(text[offset + 1]) != std::string_view::npos;
}

} // namespace retouch::recipe
