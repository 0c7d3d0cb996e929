#include "guest/sandbox/tmpfiles.hpp"

#include "guest/sandbox/guest_texts.hpp"

#include <array>
#include <cstdlib>
#include <optional>
#include <string>

namespace retouch::guest {

namespace {

enum Field { k_type, k_path, k_mode, k_user, k_group, k_age, k_argument, k_fields };

/// A credential (^) is something no guest of ours is given.
std::optional<RunEntry::Type> type_of(std::string_view letters) {
    if (letters.empty() || letters.find('^') != letters.npos ||
        letters.find_first_not_of("+-=~$?", 1) != letters.npos)
        return std::nullopt;
    switch (letters.front()) {
    case 'd':
    case 'D':
    case 'v':
    case 'q':
    case 'Q':
        return RunEntry::Type::directory;
    case 'f':
    case 'F':
        return RunEntry::Type::file;
    case 'L':
        return RunEntry::Type::link;
    case 'p':
        return RunEntry::Type::fifo;
    default:
        return std::nullopt;
    }
}

/// nullopt when it has specifiers that are not known here.
std::optional<std::string> expanded(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            result += text[at];
            continue;
        }
        const char letter = ++at < text.size() ? text[at] : '\0';
        if (letter != '%' && letter != 't')
            return std::nullopt;
        result += letter == 't' ? "/run" : "%";
    }
    return result;
}

/// A number of `digits` digits at the start of `text`; nullopt when there are not so many.
std::optional<unsigned long> number_in(std::string_view text, std::size_t digits, int base) {
    const std::string number(text.substr(0, digits));
    const char *known = base == 8 ? "01234567" : "0123456789abcdefABCDEF";
    if (number.size() < digits || number.find_first_not_of(known) != number.npos)
        return std::nullopt;
    return std::strtoul(number.c_str(), nullptr, base);
}

/// As UTF-8; false for what is no character.
bool append_character(std::string &text, unsigned long code) {
    if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return false;
    if (code < 0x80) {
        text += static_cast<char>(code);
        return true;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    constexpr std::array<unsigned long, 4> firsts = {0, 0xc0, 0xe0, 0xf0};
    text += static_cast<char>(firsts[static_cast<std::size_t>(more)] | code >> (6 * more));
    for (int left = more - 1; left >= 0; --left)
        text += static_cast<char>(0x80 | (code >> (6 * left) & 0x3f));
    return true;
}

/// Adds what the escape at the start of `text` (behind its backslash) stands for. Returns its
/// length; 0 when it is none.
std::size_t append_escaped(std::string &result, std::string_view text) {
    constexpr std::string_view letters = "abfnrtv\\\"'s";
    constexpr std::string_view meant = "\a\b\f\n\r\t\v\\\"' ";
    const char letter = text.empty() ? '\0' : text.front();
    if (const std::size_t which = letters.find(letter); letter != '\0' && which != letters.npos) {
        result += meant[which];
        return 1;
    }
    const bool is_octal = letter >= '0' && letter <= '7';
    const std::size_t digits = is_octal        ? 3
                               : letter == 'x' ? 2
                               : letter == 'u' ? 4
                               : letter == 'U' ? 8
                                               : 0;
    const auto code =
        number_in(text.substr(is_octal || digits == 0 ? 0 : 1), digits, is_octal ? 8 : 16);
    if (digits == 0 || !code || *code == 0)
        return 0;
    if (letter == 'u' || letter == 'U')
        return append_character(result, *code) ? 1 + digits : 0;
    if (*code > 0xff)
        return 0;
    result += static_cast<char>(*code);
    return digits + (is_octal ? 0 : 1);
}

/// nullopt when it holds a backslash that means nothing.
std::optional<std::string> unescaped(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] != '\\') {
            result += text[at++];
            continue;
        }
        const std::size_t length = append_escaped(result, text.substr(at + 1));
        if (length == 0)
            return std::nullopt;
        at += 1 + length;
    }
    return result;
}

/// nullopt when it is no base64.
std::optional<std::string> decoded(std::string_view text) {
    constexpr std::string_view k_digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string result;
    unsigned long bits = 0;
    std::size_t digits = 0;
    std::size_t padding = 0;
    for (const char letter : text) {
        if (letter == ' ' || letter == '\t')
            continue;
        const std::size_t value = letter == '=' ? 0 : k_digits.find(letter);
        padding += letter == '=' ? 1 : 0;
        if (value == k_digits.npos || (letter != '=' && padding > 0) || padding > 2)
            return std::nullopt;
        bits = bits << 6 | value;
        if (++digits % 4 != 0)
            continue;
        for (const int shift : {16, 8, 0})
            result += static_cast<char>(bits >> shift & 0xff);
        bits = 0;
    }
    if (digits % 4 != 0)
        return std::nullopt;
    result.resize(result.size() - padding);
    return result;
}

/// What a file is given, or where a link leads.
std::optional<std::string> argument_of(std::string_view letters, std::string_view text) {
    if (letters.find('~', 1) != letters.npos)
        return decoded(text);
    const auto plain = unescaped(text);
    return plain ? expanded(*plain) : std::nullopt;
}

std::optional<std::string> path_of(std::string_view word) {
    const auto plain = unescaped(word);
    return plain ? expanded(*plain) : std::nullopt;
}

/// Bare: without what says when it counts.
std::string_view bare(std::string_view field) {
    while (!field.empty() && (field.front() == ':' || field.front() == '~'))
        field.remove_prefix(1);
    return field == "-" ? std::string_view() : field;
}

bool set_mode(RunEntry &entry, std::string_view digits) {
    if (digits.empty()) {
        entry.mode = entry.type == RunEntry::Type::directory ? 0755 : 0644;
        return true;
    }
    entry.mode = 0;
    for (const char digit : digits) {
        if (digit < '0' || digit > '7' || entry.mode > 07777)
            return false;
        entry.mode = entry.mode * 8 + static_cast<mode_t>(digit - '0');
    }
    return entry.mode <= 07777;
}

std::optional<RunEntry> entry_of(std::vector<std::string> words) {
    words.resize(k_fields);
    const auto type = type_of(words[k_type]);
    const auto path = path_of(words[k_path]);
    if (!type || !path ||
        (words[k_type].find('~') != std::string::npos && *type != RunEntry::Type::file))
        return std::nullopt;
    const auto argument =
        argument_of(words[k_type], words[k_argument] == "-" ? "" : words[k_argument]);
    if (!argument)
        return std::nullopt;
    RunEntry entry;
    entry.type = *type;
    entry.path = place_in_run(*path);
    entry.user = bare(words[k_user]);
    entry.group = bare(words[k_group]);
    entry.argument = *argument;
    if (*type == RunEntry::Type::link && entry.argument.empty())
        entry.argument = "/usr/share/factory" + *path;
    if (entry.path.empty() || !set_mode(entry, bare(words[k_mode])))
        return std::nullopt;
    return entry;
}

} // namespace

std::vector<RunEntry> tmpfiles_entries(std::string_view text) {
    std::vector<RunEntry> entries;
    for (const std::string &line : setting_lines(text))
        if (std::optional<RunEntry> entry = entry_of(quoted_words(line, k_fields)))
            entries.push_back(*std::move(entry));
    return entries;
}

} // namespace retouch::guest
