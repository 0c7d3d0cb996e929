// Attribute words: see the header. An ACL too long for the list of attributes is told by name only.
// They come from an image or a plan: a label that is none is told in the digits it was given in.

#include "render/attribute_words.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"
#include "model/attributes.hpp"
#include "render/effect_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <vector>

namespace retouch::render {

namespace {

constexpr std::size_t k_longest_attributes = 240;
constexpr std::size_t k_longest_label = 100;

std::uint32_t number_at(std::string_view digits, std::size_t byte, std::size_t bytes) {
    std::uint32_t number = 0;
    for (std::size_t i = bytes; i-- > 0;) {
        std::uint32_t value = 0;
        const char *at = digits.data() + 2 * (byte + i);
        std::from_chars(at, at + 2, value, 16);
        number = number << 8U | value;
    }
    return number;
}

/// Whom an ACL names beside owner, group and the rest, whom the mode tells; empty for what is none.
/// As the kernel gives it: a version, then entries of a tag, permissions and an id.
std::string acl_words(std::string_view digits) {
    constexpr std::size_t header = 4;
    constexpr std::size_t entry = 8;
    constexpr std::uint32_t a_user = 0x02;
    constexpr std::uint32_t a_group = 0x08;
    const std::size_t size = digits.size() / 2;
    if (!base::is_lower_hex(digits) || digits.size() % 2 != 0 || size < header ||
        (size - header) % entry != 0)
        return {};
    std::vector<std::string> named;
    for (std::size_t at = header; at < size; at += entry) {
        const std::uint32_t tag = number_at(digits, at, 2);
        const std::uint32_t may = number_at(digits, at + 2, 2);
        if (tag == a_user || tag == a_group)
            named.push_back(fmt::format("{} {} {}{}{}", tag == a_user ? "user" : "group",
                                        number_at(digits, at + 4, 4), (may & 4U) != 0 ? 'r' : '-',
                                        (may & 2U) != 0 ? 'w' : '-', (may & 1U) != 0 ? 'x' : '-'));
    }
    return fmt::format("{}", fmt::join(named, ", "));
}

std::string words_of(const std::string &line) {
    const std::size_t end = std::min(line.find('='), line.size());
    const std::string name = line.substr(0, end);
    const std::string_view value = std::string_view(line).substr(std::min(end + 1, line.size()));
    if (value == model::k_unreadable_attribute)
        return name + " (unreadable)";
    const std::string acl =
        name.starts_with("system.posix_acl_") ? acl_words(value) : std::string();
    return acl.empty() ? name : fmt::format("{} ({})", name, acl);
}

bool is_label(const std::string &line) {
    return line.starts_with(std::string(model::k_label_attribute) + "=");
}

std::string list(const std::vector<std::string> &words) {
    return words.empty() ? std::string()
                         : "attributes " + base::clipped(fmt::format("{}", fmt::join(words, " ")),
                                                         k_longest_attributes);
}

/// The text behind hexadecimal digits, without the NUL at its end.
std::string text_of_digits(std::string_view digits) {
    std::string text;
    for (std::size_t at = 0; at + 1 < digits.size(); at += 2) {
        unsigned char byte = 0;
        std::from_chars(digits.data() + at, digits.data() + at + 2, byte, 16);
        text += static_cast<char>(byte);
    }
    if (!text.empty() && text.back() == '\0')
        text.pop_back();
    return text;
}

std::string short_label(std::string_view label) {
    constexpr std::string_view usual = "system_u:object_r:";
    if (!label.starts_with(usual))
        return std::string(label);
    std::string_view type = label.substr(usual.size());
    if (type.ends_with(":s0"))
        type.remove_suffix(3);
    return std::string(type.find(':') == std::string_view::npos && !type.empty() ? type : label);
}

/// "none" where there is none.
std::string label_text(const std::string &attributes) {
    const auto value = model::attribute_value(attributes, model::k_label_attribute);
    if (!value)
        return "none";
    const bool is_text = base::is_lower_hex(*value) && value->size() % 2 == 0;
    return base::clipped(is_text ? short_label(text_of_digits(*value)) : std::string(*value),
                         k_longest_label);
}

} // namespace

std::string attribute_words(const std::string &attributes) {
    std::vector<std::string> words;
    for (const std::string &line : base::split_lines(attributes))
        if (!is_label(line))
            words.push_back(words_of(line));
    return list(words);
}

std::string attribute_words(const std::string &before, const std::string &after) {
    const std::vector<std::string> old = base::split_lines(before);
    const std::vector<std::string> now = base::split_lines(after);
    std::vector<std::string> names;
    std::vector<std::string> words;
    const auto note = [&](const std::vector<std::string> &lines,
                          const std::vector<std::string> &others, bool gone) {
        for (const std::string &line : lines) {
            const std::string name = line.substr(0, line.find('='));
            const bool same = std::ranges::find(others, line) != others.end();
            if (same || is_label(line) || std::ranges::find(names, name) != names.end())
                continue;
            names.push_back(name);
            words.push_back(gone ? name : words_of(line));
        }
    };
    note(now, old, false);
    note(old, now, true);
    return list(words);
}

std::string label_words(const std::string &attributes) {
    return model::attribute_value(attributes, model::k_label_attribute)
               ? "label " + label_text(attributes)
               : "";
}

std::string label_words(const std::string &before, const std::string &after) {
    return model::attribute_value(before, model::k_label_attribute) ==
                   model::attribute_value(after, model::k_label_attribute)
               ? ""
               : fmt::format("label {} -> {}", label_text(before), label_text(after));
}

} // namespace retouch::render
