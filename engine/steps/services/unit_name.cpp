#include "steps/services/unit_name.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace retouch::steps {

namespace {

constexpr std::size_t k_longest_unit_name = 255;
constexpr std::array<std::string_view, 11> k_suffixes = {
    ".service", ".socket",    ".timer", ".path",  ".mount", ".target",
    ".swap",    ".automount", ".slice", ".scope", ".device"};

std::string_view suffix_of(std::string_view text) {
    for (const std::string_view suffix : k_suffixes)
        if (text.size() > suffix.size() && text.ends_with(suffix))
            return suffix;
    return {};
}

bool is_unit_letter(char letter) {
    return base::is_alphanumeric(letter) ||
           std::string_view(":-_.\\").find(letter) != std::string_view::npos;
}

std::optional<std::string> specifier(char letter, const UnitName &name) {
    switch (letter) {
    case 'n':
        return name.text();
    case 'N': {
        const std::string text = name.text();
        return text.substr(0, text.size() - name.suffix.size());
    }
    case 'p':
        return name.prefix;
    case 'i':
        return name.instance.value_or("");
    case 'j': // what is behind the last dash
        return name.prefix.substr(name.prefix.rfind('-') + 1);
    case '%':
        return "%";
    default:
        return std::nullopt;
    }
}

} // namespace

std::string UnitName::text() const {
    return prefix + (instance ? "@" + *instance : std::string()) + suffix;
}

UnitName UnitName::made_from() const {
    return instance ? with_instance("") : *this;
}

UnitName UnitName::with_instance(std::string name) const {
    return {prefix, std::move(name), suffix};
}

std::optional<UnitName> unit_name(std::string_view text) {
    const std::string_view suffix = suffix_of(text);
    if (suffix.empty() || text.size() > k_longest_unit_name)
        return std::nullopt;
    const std::string_view body = text.substr(0, text.size() - suffix.size());
    const std::size_t at = body.find('@');
    UnitName name{std::string(body.substr(0, at)), std::nullopt, std::string(suffix)};
    if (at != std::string_view::npos)
        name.instance = body.substr(at + 1);
    const std::string instance = name.instance.value_or("");
    if (name.prefix.empty() || !std::ranges::all_of(name.prefix, is_unit_letter) ||
        !std::ranges::all_of(instance,
                             [](char each) { return each == '@' || is_unit_letter(each); }))
        return std::nullopt;
    return name;
}

std::string whole_unit_name(const std::string &text, std::string_view suffix) {
    return suffix_of(text).empty() ? text + std::string(suffix) : text;
}

std::optional<std::string> expand_specifiers(std::string_view text, const UnitName &name) {
    std::string expanded;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            expanded += text[at];
            continue;
        }
        const auto value = ++at < text.size() ? specifier(text[at], name) : std::nullopt;
        if (!value)
            return std::nullopt;
        expanded += *value;
    }
    return expanded;
}

} // namespace retouch::steps
