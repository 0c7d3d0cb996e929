#include "plan/json_difference.hpp"

#include "base/text.hpp"
#include "model/json_place.hpp"

#include <fmt/format.h>

namespace retouch::plan {

namespace {

constexpr std::size_t k_longest_shown = 100;

std::optional<JsonDifference> in_objects(const Json &found, const Json &wanted,
                                         const std::string &place) {
    if (!found.is_object())
        return JsonDifference{place, "expected an object"};
    for (const auto &[key, member] : wanted.items()) {
        const std::string member_place = model::place_of(place, key);
        const auto other = found.find(key);
        if (other == found.end())
            return JsonDifference{member_place, "missing"};
        if (auto difference = json_difference(*other, member, member_place))
            return difference;
    }
    for (const auto &[key, member] : found.items())
        if (!wanted.contains(key))
            return JsonDifference{model::place_of(place, key), "unknown key"};
    return std::nullopt;
}

std::optional<JsonDifference> in_arrays(const Json &found, const Json &wanted,
                                        const std::string &place) {
    if (!found.is_array())
        return JsonDifference{place, "expected a list"};
    if (found.size() != wanted.size())
        return JsonDifference{place, fmt::format("expected {} entries", wanted.size())};
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (auto difference = json_difference(found[i], wanted[i], fmt::format("{}[{}]", place, i)))
            return difference;
    return std::nullopt;
}

} // namespace

std::string short_json(const Json &value) {
    const std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
    return fmt::format("{}{}", text.substr(0, k_longest_shown),
                       text.size() > k_longest_shown ? "..." : "");
}

std::optional<JsonDifference> json_difference(const Json &found, const Json &wanted,
                                              const std::string &place) {
    if (wanted.is_object())
        return in_objects(found, wanted, place);
    if (wanted.is_array())
        return in_arrays(found, wanted, place);
    if (found == wanted)
        return std::nullopt;
    return JsonDifference{place, "expected " + short_json(wanted)};
}

} // namespace retouch::plan
