// UTF-16 is told by its byte order mark, which editors of Windows write. All else is bytes: a file
// in Latin-1 is edited as well as one in UTF-8.

#include "steps/lines/edited_text.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace retouch::steps {

namespace {

constexpr std::string_view k_utf8_mark = "\xef\xbb\xbf";
constexpr std::string_view k_little_mark = "\xff\xfe";
constexpr std::string_view k_big_mark = "\xfe\xff";
constexpr std::string_view k_lf = "\n";
constexpr std::string_view k_crlf = "\r\n";
constexpr std::size_t k_longest_line = std::size_t{64} << 10;

constexpr char32_t k_surrogates = 0xd800;
constexpr char32_t k_low_surrogates = 0xdc00;
constexpr char32_t k_surrogates_end = 0xe000;
constexpr char32_t k_beyond_basic = 0x10000;
constexpr unsigned k_half_bits = 10;
constexpr char32_t k_half = (1U << k_half_bits) - 1;

void add_utf8(std::string &text, char32_t value) {
    constexpr unsigned bits = 6;
    constexpr char32_t low = 0x3f;
    const auto add = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (value < 0x80)
        return add(value);
    if (value < 0x800) {
        add(0xc0U | (value >> bits));
    } else if (value < k_beyond_basic) {
        add(0xe0U | (value >> (2 * bits)));
        add(0x80U | ((value >> bits) & low));
    } else {
        add(0xf0U | (value >> (3 * bits)));
        add(0x80U | ((value >> (2 * bits)) & low));
        add(0x80U | ((value >> bits) & low));
    }
    add(0x80U | (value & low));
}

/// Nothing when it is no UTF-16.
std::optional<std::string> utf8_from(std::string_view bytes, bool is_big) {
    if (bytes.size() % 2 != 0)
        return std::nullopt;
    const auto unit = [&](std::size_t at) -> char32_t {
        const auto first = static_cast<unsigned char>(bytes[at]);
        const auto second = static_cast<unsigned char>(bytes[at + 1]);
        return is_big ? first * 256U + second : second * 256U + first;
    };
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += 2) {
        const char32_t first = unit(at);
        if (first == 0 || (first >= k_low_surrogates && first < k_surrogates_end))
            return std::nullopt;
        if (first < k_surrogates || first >= k_surrogates_end) {
            add_utf8(text, first);
            continue;
        }
        at += 2;
        const char32_t second = at < bytes.size() ? unit(at) : 0;
        if (second < k_low_surrogates || second >= k_surrogates_end)
            return std::nullopt;
        add_utf8(text, k_beyond_basic + ((first & k_half) << k_half_bits) + (second & k_half));
    }
    return text;
}

std::string utf16_from(std::string_view text, bool is_big) {
    std::string bytes;
    const auto add = [&](char32_t unit) {
        const auto high = static_cast<char>(unit >> 8U);
        const auto low = static_cast<char>(unit & 0xffU);
        bytes.push_back(is_big ? high : low);
        bytes.push_back(is_big ? low : high);
    };
    while (!text.empty()) {
        const base::CodePoint point = base::first_code_point(text);
        text.remove_prefix(point.length);
        if (point.value < k_beyond_basic) {
            add(point.value);
            continue;
        }
        add(k_surrogates | ((point.value - k_beyond_basic) >> k_half_bits));
        add(k_low_surrogates | ((point.value - k_beyond_basic) & k_half));
    }
    return bytes;
}

} // namespace

EditedText::EditedText(std::string_view bytes, std::string &obstacle) {
    std::optional<std::string> decoded;
    if (bytes.starts_with(k_little_mark) || bytes.starts_with(k_big_mark)) {
        const bool is_big = bytes.starts_with(k_big_mark);
        encoding_ = is_big ? Encoding::utf16_big : Encoding::utf16_little;
        decoded = utf8_from(bytes.substr(k_big_mark.size()), is_big);
        if (!decoded) {
            obstacle = "it begins as UTF-16 does, and is none";
            return;
        }
        bytes = *decoded;
    } else if (bytes.starts_with(k_utf8_mark)) {
        mark_ = k_utf8_mark;
        bytes.remove_prefix(mark_.size());
    }
    if (const std::size_t nul = bytes.find('\0'); nul != bytes.npos) {
        obstacle = fmt::format("it is no text: byte {} is NUL", nul + mark_.size());
        return;
    }
    while (!bytes.empty()) {
        const std::size_t feed = bytes.find('\n');
        std::string_view text = bytes.substr(0, feed);
        bytes.remove_prefix(std::min(text.size() + 1, bytes.size()));
        std::string_view end = feed == text.npos ? std::string_view() : k_lf;
        if (!end.empty() && text.ends_with('\r')) {
            end = k_crlf;
            text.remove_suffix(1);
        }
        if (text.size() > k_longest_line) {
            obstacle = fmt::format("its line {} is longer than 64 KiB", lines_.size() + 1);
            return;
        }
        lines_.push_back({std::string(text), end});
    }
    usual_end_ = lines_.empty() || lines_.front().end.empty() ? k_lf : lines_.front().end;
}

void EditedText::remove(std::size_t first, std::size_t count) {
    const auto begin = lines_.begin() + static_cast<std::ptrdiff_t>(first);
    lines_.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
}

void EditedText::insert(std::size_t number, std::string text) {
    if (number == lines_.size() && !lines_.empty() && lines_.back().end.empty())
        lines_.back().end = usual_end_;
    lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(number),
                  {std::move(text), usual_end_});
}

std::string EditedText::shown() const {
    std::string text(mark_);
    for (const Line &line : lines_) {
        text += line.text;
        text += line.end;
    }
    return text;
}

std::string EditedText::bytes() const {
    if (encoding_ == Encoding::bytes)
        return shown();
    const bool is_big = encoding_ == Encoding::utf16_big;
    return std::string(is_big ? k_big_mark : k_little_mark) + utf16_from(shown(), is_big);
}

} // namespace retouch::steps
