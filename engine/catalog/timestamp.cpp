// Timestamps: read digit by digit, so that nothing but the two forms passes.

#include "catalog/timestamp.hpp"

namespace retouch::catalog {

namespace {

constexpr std::string_view k_shape = "dddd-dd-ddTdd:dd:dd";
constexpr std::size_t k_fraction_digits = 6;

bool has_shape(std::string_view text) {
    for (std::size_t i = 0; i < k_shape.size(); ++i)
        if (k_shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != k_shape[i])
            return false;
    return true;
}

/// The digits of a fraction, made six; nullopt when it is none.
std::optional<std::string> fraction(std::string_view text) {
    if (text.empty())
        return std::string(k_fraction_digits, '0');
    if (text.front() != '.' || text.size() == 1 ||
        text.find_first_not_of("0123456789", 1) != std::string_view::npos)
        return std::nullopt;
    std::string digits(text.substr(1, k_fraction_digits));
    digits.resize(k_fraction_digits, '0');
    return digits;
}

} // namespace

std::string with_microseconds(std::string_view text) {
    if (text.ends_with('Z'))
        text.remove_suffix(1);
    if (text.size() < k_shape.size() || !has_shape(text))
        return "";
    const auto digits = fraction(text.substr(k_shape.size()));
    return digits ? std::string(text.substr(0, k_shape.size())) + '.' + *digits + 'Z' : "";
}

std::optional<base::UtcTime> parse_timestamp(std::string_view text) {
    return base::parse_utc(with_microseconds(text));
}

} // namespace retouch::catalog
