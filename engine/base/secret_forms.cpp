// Secret forms: one pass takes one layer of escapes off, of every kind at once. Base64 depends on
// where in its text a secret begins, in three ways; only what is the same whatever stands around it
// is a form.

#include "base/secret_forms.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace retouch::base {

namespace {

constexpr int k_most_layers = 4;

constexpr std::array<std::pair<std::string_view, char>, 6> k_entities = {{
    {"&amp;", '&'},
    {"&lt;", '<'},
    {"&gt;", '>'},
    {"&quot;", '"'},
    {"&apos;", '\''},
    {"&nbsp;", ' '},
}};

constexpr std::array<std::pair<char, char>, 5> k_controls = {
    {{'n', '\n'}, {'r', '\r'}, {'t', '\t'}, {'b', '\b'}, {'f', '\f'}}};

bool is_surrogate(std::uint32_t unit, std::uint32_t first) {
    return unit >= first && unit < first + 0x400;
}

void append_utf8(std::string &text, std::uint32_t point) {
    const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xC0 | point >> 6U);
        put(0x80 | (point & 0x3FU));
    } else if (point < 0x10000) {
        put(0xE0 | point >> 12U);
        put(0x80 | (point >> 6U & 0x3FU));
        put(0x80 | (point & 0x3FU));
    } else {
        put(0xF0 | (point >> 18U & 7U));
        put(0x80 | (point >> 12U & 0x3FU));
        put(0x80 | (point >> 6U & 0x3FU));
        put(0x80 | (point & 0x3FU));
    }
}

/// A number of exactly `digits` hexadecimal digits at `at`.
std::optional<std::uint32_t> hex_at(std::string_view text, std::size_t at, std::size_t digits) {
    if (text.size() < at + digits)
        return std::nullopt;
    std::uint32_t value = 0;
    const char *end = text.data() + at + digits;
    const auto read = std::from_chars(text.data() + at, end, value, 16);
    return read.ec == std::errc() && read.ptr == end ? std::optional(value) : std::nullopt;
}

/// What stands at the beginning of a text: what it means and how long it is.
struct Escape {
    std::string meaning;
    std::size_t size = 0;
};

std::optional<Escape> code_unit(std::string_view text) {
    const auto unit = hex_at(text, 2, 4);
    if (!unit)
        return std::nullopt;
    Escape found{"", 6};
    std::uint32_t point = *unit;
    if (is_surrogate(point, 0xD800) && text.substr(6).starts_with("\\u"))
        if (const auto low = hex_at(text, 8, 4); low && is_surrogate(*low, 0xDC00)) {
            point = 0x10000 + ((point - 0xD800) << 10U) + (*low - 0xDC00);
            found.size = 12;
        }
    append_utf8(found.meaning, point);
    return found;
}

std::optional<Escape> backslash(std::string_view text) {
    if (text.size() < 2)
        return std::nullopt;
    const char kind = text[1];
    if (kind == 'u')
        return code_unit(text);
    if (kind == 'x') {
        const auto byte = hex_at(text, 2, 2);
        return byte ? std::optional(Escape{std::string(1, static_cast<char>(*byte)), 4})
                    : std::nullopt;
    }
    for (const auto &[letter, meaning] : k_controls)
        if (kind == letter)
            return Escape{std::string(1, meaning), 2};
    return Escape{std::string(1, kind), 2};
}

std::optional<Escape> numeric_entity(std::string_view text) {
    const bool hex = text.size() > 2 && (text[2] == 'x' || text[2] == 'X');
    const std::size_t start = hex ? 3 : 2;
    if (text.size() <= start)
        return std::nullopt;
    std::uint32_t point = 0;
    const auto read =
        std::from_chars(text.data() + start, text.data() + text.size(), point, hex ? 16 : 10);
    if (read.ec != std::errc() || point > 0x10FFFF)
        return std::nullopt;
    Escape found{"", static_cast<std::size_t>(read.ptr - text.data())};
    if (text.substr(found.size).starts_with(';'))
        ++found.size;
    append_utf8(found.meaning, point);
    return found;
}

std::optional<Escape> entity(std::string_view text) {
    if (text.starts_with("&#"))
        return numeric_entity(text);
    for (const auto &[name, meaning] : k_entities)
        if (text.starts_with(name))
            return Escape{std::string(1, meaning), name.size()};
    return std::nullopt;
}

std::optional<Escape> escape_at(std::string_view text) {
    switch (text.front()) {
    case '\\':
        return backslash(text);
    case '%': {
        const auto byte = hex_at(text, 1, 2);
        return byte ? std::optional(Escape{std::string(1, static_cast<char>(*byte)), 3})
                    : std::nullopt;
    }
    case '&':
        return entity(text);
    default:
        return std::nullopt;
    }
}

std::string without_one_layer(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    while (!text.empty()) {
        if (const auto found = escape_at(text)) {
            plain += found->meaning;
            text.remove_prefix(found->size);
        } else {
            plain += text.front();
            text.remove_prefix(1);
        }
    }
    return plain;
}

std::string hex_of(std::string_view text) {
    std::string hex;
    for (const char c : text)
        hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return hex;
}

/// The characters of base64 that all texts have in common in which `secret` begins after `before`
/// bytes, modulo three.
std::string base64_inside(std::string_view secret, std::size_t before) {
    const std::string text = base::base64(std::string(before, 'x') + std::string(secret));
    const std::size_t first = (before * 8 + 5) / 6;
    const std::size_t last = (before + secret.size()) * 8 / 6;
    return text.substr(first, last - first);
}

} // namespace

std::string squeezed(std::string_view text) {
    std::string kept;
    for (const char c : base::small_letters(text))
        if (base::is_alphanumeric(c))
            kept += c;
    return kept;
}

std::string unescaped(std::string_view text) {
    std::string plain(text);
    for (int layer = 0; layer < k_most_layers; ++layer) {
        std::string next = without_one_layer(plain);
        if (next == plain)
            break;
        plain = std::move(next);
    }
    return plain;
}

std::vector<std::string> secret_forms(std::string_view secret) {
    std::vector<std::string> forms = {squeezed(secret), hex_of(secret)};
    for (std::size_t before = 0; before < 3; ++before)
        forms.push_back(squeezed(base64_inside(secret, before)));
    return forms;
}

} // namespace retouch::base
