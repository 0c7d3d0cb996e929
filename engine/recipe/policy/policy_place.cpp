#include "recipe/policy/policy_place.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <charconv>

namespace retouch::recipe {

namespace {

constexpr std::size_t k_longest_start = 100;
constexpr std::size_t k_longest_end = 150;

/// One character of percent-encoded text, or nullopt.
std::optional<char> encoded(std::string_view digits) {
    unsigned char byte = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2)
        return std::nullopt;
    return static_cast<char>(byte);
}

std::string raw_place(const JudgedPlace &place) {
    if (place.outer == nullptr)
        return {};
    std::string text = raw_place(*place.outer);
    if (place.key == nullptr)
        return text + fmt::format("[{}]", place.index);
    base::add_part(text, *place.key, ".");
    return text;
}

} // namespace

std::string place_part(const std::string &name) {
    std::string part;
    for (const char each : name)
        if (each == '~')
            part += "~0";
        else if (each == '/')
            part += "~1";
        else
            part += each;
    return part;
}

std::optional<std::string> place_of_reference(const std::string &reference) {
    if (!reference.starts_with("#"))
        return std::nullopt;
    std::string place;
    for (std::size_t at = 0; at < reference.size(); ++at) {
        if (reference[at] != '%') {
            place += reference[at];
            continue;
        }
        const auto byte = encoded(std::string_view(reference).substr(at + 1, 2));
        if (!byte)
            return std::nullopt;
        place += *byte;
        at += 2;
    }
    if (place.size() > 1 && place[1] != '/')
        return std::nullopt;
    return place;
}

std::string shown_place(const std::string &place) {
    if (place.size() <= k_longest_start + k_longest_end)
        return base::escape(place);
    return base::escape(place.substr(0, k_longest_start)) + " ... " +
           base::escape(place.substr(place.size() - k_longest_end));
}

std::string shown_place(const JudgedPlace &place) {
    const std::string text = raw_place(place);
    return text.empty() ? "the plan" : shown_place(text);
}

} // namespace retouch::recipe
