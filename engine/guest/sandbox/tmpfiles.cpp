#include "guest/sandbox/tmpfiles.hpp"

#include "guest/sandbox/guest_texts.hpp"

#include <optional>
#include <string>

namespace retouch {

namespace {

enum Field { k_type, k_path, k_mode, k_user, k_group, k_age, k_argument, k_fields };

std::optional<RunEntry::Type> type_of(std::string_view letters) {
    if (letters.empty() || letters.find_first_not_of("+-=~^$?", 1) != letters.npos)
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

std::string unescaped(std::string_view text) {
    constexpr std::string_view letters = "abfnrtv\\\"'s";
    constexpr std::string_view meant = "\a\b\f\n\r\t\v\\\"' ";
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::size_t which =
            text[at] == '\\' && at + 1 < text.size() ? letters.find(text[at + 1]) : letters.npos;
        result += which == letters.npos ? text[at] : meant[which];
        at += which == letters.npos ? 0 : 1;
    }
    return result;
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
    const auto path = expanded(words[k_path]);
    const auto argument = expanded(bare(words[k_argument]));
    if (!type || !path || !argument)
        return std::nullopt;
    RunEntry entry;
    entry.type = *type;
    entry.path = place_in_run(*path);
    entry.user = bare(words[k_user]);
    entry.group = bare(words[k_group]);
    entry.argument = *type == RunEntry::Type::file ? unescaped(*argument) : *argument;
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

} // namespace retouch
