// YamlSource: characters are judged once, here, before any parser sees them: yaml-cpp itself takes
// control characters and hangs on some bytes that are not UTF-8.
// Positions count lines and code points from 1.

#include "recipe/yaml/yaml_source.hpp"

#include "base/text.hpp"
#include "recipe/place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace retouch::recipe {

namespace {

constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";
constexpr std::size_t k_most_refusals = 50;

/// Line ends as "\n"; a carriage return that ends no line stays, to be refused.
std::string plain_line_ends(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i)
        if (bytes[i] != '\r' || bytes.substr(i, 2) != "\r\n")
            text += bytes[i];
    return text;
}

bool is_control(char32_t c) {
    return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0);
}

/// Separators that YAML 1.1 takes for line ends and 1.2 does not.
bool is_foreign_line_end(char32_t c) {
    return c == 0x2028 || c == 0x2029;
}

/// Characters that make a line read in another order than it is written, or are no text at all.
bool is_deceptive(char32_t c) {
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff ||
           (c & 0xfffeU) == 0xfffe;
}

struct Refusal {
    std::size_t offset = 0;
    std::string message;
    std::string hint;
};

Refusal refuse(std::size_t offset, char32_t c) {
    const auto number = static_cast<unsigned>(c);
    if (c == 0)
        return {offset, "a NUL character is not allowed", "is this a text file?"};
    if (c == '\r')
        return {offset, "a carriage return is not allowed inside a line",
                "end lines with LF or CR LF, or write \"\\r\" in double quotes"};
    const std::string name = fmt::format("U+{:04X}", number);
    const std::string hint =
        fmt::format("write \"\\{}\" in double quotes if it is meant",
                    c < 0x100 ? fmt::format("x{:02x}", number) : fmt::format("u{:04x}", number));
    if (is_control(c))
        return {offset, fmt::format("the control character {} is not allowed", name), hint};
    if (is_foreign_line_end(c))
        return {offset, fmt::format("the line separator {} is not allowed", name), hint};
    return {offset, fmt::format("the invisible character {} is not allowed", name), hint};
}

/// All of them up to a bound. Behind bytes that are not UTF-8, or a NUL, is no text.
std::vector<Refusal> find_refusals(std::string_view text) {
    if (const auto bad = base::invalid_utf8(text))
        return {{*bad,
                 fmt::format("the file is not UTF-8: byte 0x{:02x} is not valid here",
                             static_cast<unsigned char>(text[*bad])),
                 "save the file as UTF-8"}};
    std::vector<Refusal> found;
    for (std::size_t i = 0; i < text.size() && found.size() < k_most_refusals;) {
        const base::CodePoint c = base::first_code_point(text.substr(i));
        if (is_control(c.value) || is_foreign_line_end(c.value) || is_deceptive(c.value))
            found.push_back(refuse(i, c.value));
        if (c.value == 0)
            break;
        i += c.length;
    }
    return found;
}

} // namespace

std::optional<YamlSource> YamlSource::make(std::string_view bytes, const std::string &file,
                                           Diagnostics &diagnostics) {
    if (bytes.size() > k_max_yaml_bytes) {
        diagnostics.add(too_large(file));
        return std::nullopt;
    }
    if (bytes.starts_with(k_byte_order_mark))
        bytes.remove_prefix(k_byte_order_mark.size());
    YamlSource source(plain_line_ends(bytes), file);
    const std::vector<Refusal> refusals = find_refusals(source.text_);
    for (const Refusal &refusal : refusals)
        diagnostics.add(source.error(refusal.offset, refusal.message, refusal.hint));
    return refusals.empty() ? std::optional(std::move(source)) : std::nullopt;
}

YamlSource::YamlSource(std::string text, std::string file)
    : text_(std::move(text)), file_(std::move(file)) {
    line_starts_.push_back(0);
    for (std::size_t i = 0; i < text_.size(); ++i)
        if (text_[i] == '\n')
            line_starts_.push_back(i + 1);
}

void YamlSource::put_masks(const std::vector<Mask> &masks) {
    *this = YamlSource(retouch::recipe::put_masks(text_, masks), std::move(file_));
}

Mark YamlSource::mark(std::size_t offset) {
    offset = std::min(offset, text_.size());
    const auto next = std::ranges::upper_bound(line_starts_, offset);
    const auto number = static_cast<int>(next - line_starts_.begin());
    const bool onward = number == last_mark_.line && offset >= last_offset_;
    const std::size_t from = onward ? last_offset_ : *std::prev(next);
    const int before = onward ? last_mark_.column : 1;
    const auto passed = base::code_points(std::string_view(text_).substr(from, offset - from));
    last_offset_ = offset;
    last_mark_ = {number, before + static_cast<int>(passed)};
    return last_mark_;
}

std::string YamlSource::line(int number) const {
    const std::size_t start = line_starts_[static_cast<std::size_t>(number - 1)];
    return text_.substr(start, text_.find('\n', start) - start);
}

Diagnostic YamlSource::error(std::size_t offset, std::string message, std::string hint) {
    const Mark at = mark(offset);
    return error_at(file_, at, line(at.line), std::move(message), std::move(hint));
}

RelatedPosition YamlSource::related(std::size_t offset, std::string message) {
    const Mark at = mark(offset);
    return {{file_, at.line, at.column}, std::move(message), excerpt_of(line(at.line))};
}

} // namespace retouch::recipe
