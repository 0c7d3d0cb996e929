#include "steps/services/install_section.hpp"

#include "base/text.hpp"

#include <utility>

namespace retouch::steps {

namespace {

bool is_comment(std::string_view line) {
    return line.starts_with('#') || line.starts_with(';');
}

/// Lines that end in a backslash go on in the next that is no comment.
std::vector<std::string> logical_lines(std::string_view text) {
    std::vector<std::string> lines;
    bool goes_on = false;
    for (const std::string &line : base::split_lines(text)) {
        const std::string_view trimmed = base::trim(line);
        if (is_comment(trimmed))
            continue;
        const bool continued = trimmed.ends_with('\\');
        const std::string_view part = continued ? trimmed.substr(0, trimmed.size() - 1) : trimmed;
        if (goes_on)
            lines.back().append(" ").append(part);
        else
            lines.emplace_back(part);
        goes_on = continued;
    }
    return lines;
}

/// Between blanks; quotes hold words together and are taken off.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    bool inside = false;
    char quote = 0;
    for (const char letter : text) {
        const bool blank = letter == ' ' || letter == '\t';
        if (blank && quote == 0) {
            inside = false;
            continue;
        }
        if (!std::exchange(inside, true))
            words.emplace_back();
        if (quote == letter)
            quote = 0;
        else if (quote == 0 && (letter == '"' || letter == '\''))
            quote = letter;
        else
            words.back() += letter;
    }
    return words;
}

void assign(std::vector<std::string> &list, std::string_view value) {
    if (value.empty())
        list.clear();
    for (std::string &word : words_of(value))
        list.push_back(std::move(word));
}

} // namespace

void InstallSection::add(std::string_view text) {
    bool inside = false;
    for (const std::string &line : logical_lines(text)) {
        if (line.starts_with('['))
            inside = base::trim(line) == "[Install]";
        const std::size_t equals = line.find('=');
        if (!inside || equals == std::string::npos)
            continue;
        const std::string_view key = base::trim(std::string_view(line).substr(0, equals));
        const std::string_view value = base::trim(std::string_view(line).substr(equals + 1));
        if (key == "WantedBy")
            assign(wanted_by, value);
        else if (key == "RequiredBy")
            assign(required_by, value);
        else if (key == "Alias")
            assign(aliases, value);
        else if (key == "Also")
            assign(also, value);
        else if (key == "DefaultInstance")
            default_instance = value;
    }
}

} // namespace retouch::steps
