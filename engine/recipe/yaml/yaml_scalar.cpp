// Scalars: hand-written matchers, because a scalar may be 256 KiB long and std::regex recurses.

#include "recipe/yaml/yaml_scalar.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace retouch::recipe {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::size_t digits(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
}

std::string_view without_sign(std::string_view text) {
    if (!text.empty() && (text.front() == '-' || text.front() == '+'))
        text.remove_prefix(1);
    return text;
}

template<std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N> &words) {
    return std::ranges::find(words, text) != words.end();
}

constexpr std::array<std::string_view, 5> k_nulls = {"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 6> k_booleans = {"true",  "True",  "TRUE",
                                                        "false", "False", "FALSE"};
constexpr std::array<std::string_view, 6> k_old_booleans = {"y", "n", "yes", "no", "on", "off"};
constexpr std::array<std::string_view, 2> k_special_reals = {".inf", ".nan"};

bool is_decimal(std::string_view text) {
    const std::string_view number = without_sign(text);
    if (number.empty() || digits(number) != number.size())
        return false;
    return number.size() == 1 || number.front() != '0';
}

/// Digits with a point, the exponent signed as YAML 1.1 wants it: what all versions call a real.
bool is_real(std::string_view text) {
    std::string_view number = without_sign(text);
    const std::size_t before = digits(number);
    if (before > 1 && number.front() == '0')
        return false;
    number.remove_prefix(before);
    if (!number.starts_with('.'))
        return false;
    number.remove_prefix(1);
    const std::size_t after = digits(number);
    if (before + after == 0)
        return false;
    number.remove_prefix(after);
    if (number.empty())
        return true;
    if ((number.front() != 'e' && number.front() != 'E') || number.size() < 3 ||
        (number[1] != '+' && number[1] != '-'))
        return false;
    number.remove_prefix(2);
    return digits(number) == number.size();
}

/// Digits, colons, points, underscores and letters of other bases, with a digit first: a number,
/// sexagesimal or date in some version.
bool is_odd_number(std::string_view text) {
    std::string_view number = without_sign(text);
    if (number.starts_with('.'))
        number.remove_prefix(1);
    if (number.empty() || !is_digit(number.front()))
        return false;
    const auto only = [&](std::string_view allowed, std::size_t from) {
        return number.find_first_not_of(allowed, from) == std::string_view::npos;
    };
    if (number.front() == '0' && number.size() > 2) {
        if (number[1] == 'x' || number[1] == 'X')
            return only("0123456789abcdefABCDEF_", 2);
        if (number[1] == 'o' || number[1] == 'O' || number[1] == 'b' || number[1] == 'B')
            return only("01234567_", 2);
    }
    if (only("0123456789_", 0))
        return true;
    if (std::ranges::count(number, '.') <= 1 && only("0123456789_.:", 0))
        return true;
    const std::size_t exponent = number.find_first_of("eE");
    if (exponent == std::string_view::npos)
        return false;
    const std::string_view power = without_sign(number.substr(exponent + 1));
    const std::string_view mantissa = number.substr(0, exponent);
    return !power.empty() && digits(power) == power.size() &&
           std::ranges::count(mantissa, '.') <= 1 &&
           mantissa.find_first_not_of("0123456789._") == std::string_view::npos;
}

/// 2024-01-02, alone or followed by a time.
bool is_date(std::string_view text) {
    if (digits(text) != 4 || text.size() < 8 || text[4] != '-')
        return false;
    std::string_view rest = text.substr(5);
    const std::size_t month = digits(rest);
    if (month < 1 || month > 2 || rest.substr(month, 1) != "-")
        return false;
    rest.remove_prefix(month + 1);
    const std::size_t day = digits(rest);
    if (day < 1 || day > 2)
        return false;
    rest.remove_prefix(day);
    return rest.empty() || rest.front() == 'T' || rest.front() == 't' ||
           (rest.size() > 1 && rest.front() == ' ' && is_digit(base::trim(rest).front()));
}

} // namespace

Value::Kind plain_kind(std::string_view text) {
    if (is_one_of(text, k_nulls))
        return Value::Kind::null;
    if (is_one_of(text, k_booleans))
        return Value::Kind::boolean;
    if (is_decimal(text))
        return Value::Kind::integer;
    if (is_real(text))
        return Value::Kind::real;
    return Value::Kind::string;
}

bool is_disputed(std::string_view text) {
    constexpr std::size_t k_longest = 64;
    if (text.empty() || text.size() > k_longest)
        return false;
    if (plain_kind(text) != Value::Kind::string)
        return false;
    if (text == "=" || text == "<<" || is_one_of(base::small_letters(text), k_old_booleans))
        return true;
    return is_one_of(base::small_letters(without_sign(text)), k_special_reals) ||
           is_odd_number(text) || is_date(text);
}

std::string yaml_quoted(std::string_view text) {
    const bool printable = base::escape(text) == text;
    const bool single = printable && text.find_first_of("\"\\") != std::string_view::npos;
    std::string out;
    for (const char c : text) {
        if (single ? c == '\'' : c == '"' || c == '\\')
            out += single ? '\'' : '\\';
        out += c;
    }
    return single ? "'" + out + "'" : "\"" + base::escape(out) + "\"";
}

} // namespace retouch::recipe
