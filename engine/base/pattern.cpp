// Pattern over RE2, which has no way to stop a search: one that may take long runs in a thread of
// its own, which is left behind when a signal comes. It holds all it uses and ends by itself.

#include "base/pattern.hpp"

#include "base/apart.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <cstdint>

namespace retouch::base {

namespace {

/// Bytes times size: at most half a second, at the 30 ns that the slowest patterns take for each.
constexpr std::size_t k_short_search = 15'000'000;

/// RE2's own views of text: newer versions take no std::string_view.
re2::StringPiece piece(std::string_view text) {
    return {text.data(), text.size()};
}

bool search(const re2::RE2 &pattern, std::string_view text) {
    return pattern.Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

bool search_apart(std::shared_ptr<const re2::RE2> pattern, std::string text) {
    return call_apart<bool>(
        [pattern = std::move(pattern), text = std::move(text)] { return search(*pattern, text); });
}

std::optional<TextPart> place(const re2::RE2 &pattern, std::string_view text, std::size_t from) {
    re2::StringPiece found;
    if (!pattern.Match(piece(text), from, text.size(), re2::RE2::UNANCHORED, &found, 1))
        return std::nullopt;
    return TextPart{static_cast<std::size_t>(found.data() - text.data()), found.size()};
}

/// True for a count of nine digits or more, which RE2 would take for ordinary characters.
bool counts_beyond(std::string_view expression) {
    std::size_t digits = 0;
    bool counting = false;
    for (std::size_t at = 0; at < expression.size(); ++at) {
        const char each = expression[at];
        const bool is_digit = each >= '0' && each <= '9';
        counting = each == '{' || (counting && (is_digit || each == ','));
        digits = counting && is_digit ? digits + 1 : 0;
        if (digits == 9)
            return true;
        if (each == '\\')
            ++at;
    }
    return false;
}

std::string words_for(const re2::RE2 &refused) {
    switch (refused.error_code()) {
    case re2::RE2::ErrorBadEscape:
        return fmt::format("{} is not known; there are no back references", refused.error_arg());
    case re2::RE2::ErrorBadPerlOp: // of looking behind, newer versions name a character more
        return fmt::format("{} is not known; there is no lookahead or lookbehind",
                           refused.error_arg().substr(0, 3));
    case re2::RE2::ErrorRepeatSize:
        return "it repeats more than 1,000 times";
    case re2::RE2::ErrorPatternTooLarge:
        return "it is too large";
    default:
        return refused.error();
    }
}

} // namespace

Pattern::Pattern(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}

std::optional<Pattern> Pattern::compile(std::string_view expression, std::string &mistake,
                                        const PatternUse &use) {
    if (invalid_utf8(expression)) {
        mistake = "it is not valid UTF-8";
        return std::nullopt;
    }
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_never_capture(true);
    options.set_longest_match(use.longest);
    options.set_max_mem(static_cast<std::int64_t>(use.memory));
    if (use.of_bytes)
        options.set_encoding(re2::RE2::Options::EncodingLatin1);
    auto compiled = std::make_shared<const re2::RE2>(piece(expression), options);
    if (!compiled->ok())
        mistake = words_for(*compiled);
    else if (counts_beyond(expression))
        mistake = "it repeats more than 1,000 times";
    else if (compiled->ProgramSize() > k_largest_size)
        mistake = "it is too large";
    else
        return Pattern(std::move(compiled));
    return std::nullopt;
}

bool Pattern::found_in(std::string_view text) const {
    check_interrupt();
    const bool of_bytes = compiled_->options().encoding() == re2::RE2::Options::EncodingLatin1;
    if (!of_bytes && invalid_utf8(text))
        return found_in(to_valid_utf8(text));
    if (text.size() * static_cast<std::size_t>(size()) <= k_short_search)
        return search(*compiled_, text);
    return search_apart(compiled_, std::string(text));
}

std::optional<TextPart> Pattern::find(std::string_view text, std::size_t from) const {
    check_interrupt();
    if (text.size() * static_cast<std::size_t>(size()) <= k_short_search)
        return place(*compiled_, text, from);
    return call_apart<std::optional<TextPart>>([pattern = compiled_, text = std::string(text),
                                                from] { return place(*pattern, text, from); });
}

int Pattern::size() const {
    return compiled_->ProgramSize();
}

} // namespace retouch::base
