// Text: lines, blanks, small letters and lists.
// The other functions of text.hpp live in text_utf8.cpp, text_amounts.cpp and text_suggest.cpp.
// Nothing here knows what the text means.

#include "base/text.hpp"

namespace retouch::base {

std::vector<std::string> split_lines(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (end != std::string_view::npos && line.ends_with('\r'))
            line.remove_suffix(1);
        lines.emplace_back(line);
    }
    return lines;
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (true) {
        const auto end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

std::string on_one_line(std::string_view text) {
    std::string line;
    for (const std::string &part : split_lines(text))
        add_part(line, trim(part), " ");
    return line;
}

std::string small_letters(std::string_view text) {
    std::string small(text);
    for (char &c : small)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return small;
}

void replace_all(std::string &text, std::string_view what, std::string_view with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view k_blanks = " \t\r\n\v\f";
    const auto first = text.find_first_not_of(k_blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(k_blanks) - first + 1);
}

void add_part(std::string &list, std::string_view part, std::string_view separator) {
    if (!list.empty())
        list += separator;
    list += part;
}

std::string listed(std::span<const std::string> items) {
    std::string list;
    for (const std::string &item : items)
        add_part(list, escape(item));
    return list;
}

std::string joined(std::span<const std::string> parts, std::string_view separator) {
    std::string list;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0)
            list += separator;
        list += parts[i];
    }
    return list;
}

} // namespace retouch::base
