// Each function notes what is wrong and gives back something harmless, so that reading goes on.

#include "recipe/policy/policy_words.hpp"

#include "recipe/policy/policy_place.hpp"
#include "recipe/policy/policy_values.hpp"
#include "recipe/schema/schema_place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace retouch::recipe {

namespace {

constexpr std::size_t k_most_mistakes = 20;
constexpr std::size_t k_most_patterns = 1000;
constexpr int k_largest_patterns = 200'000; ///< the sizes of all together

} // namespace

PolicyWords::PolicyWords(std::vector<std::string> &mistakes) : mistakes_(mistakes) {}

void PolicyWords::mistake(const std::string &place, std::string_view what) {
    if (mistakes_.size() < k_most_mistakes)
        mistakes_.push_back(fmt::format("{}: {}", shown_place(place), what));
}

std::optional<std::size_t> PolicyWords::count(const Json &json, const std::string &place) {
    if (json.is_number_unsigned())
        return json.get<std::size_t>();
    mistake(place, "must be a whole number from 0 up");
    return std::nullopt;
}

std::optional<PolicyNumber> PolicyWords::number(const Json &json, const std::string &place) {
    if (json.is_number())
        return policy_number(json);
    mistake(place, "must be a number");
    return std::nullopt;
}

const Json &PolicyWords::list(const Json &json, const std::string &place) {
    static const Json k_none = Json::array();
    if (json.is_array() && !json.empty())
        return json;
    mistake(place, "must be a list with at least one entry");
    return k_none;
}

const Json &PolicyWords::object(const Json &json, const std::string &place) {
    static const Json k_none = Json::object();
    if (json.is_object())
        return json;
    mistake(place, "must be an object");
    return k_none;
}

std::vector<std::string> PolicyWords::texts(const Json &json, const std::string &place) {
    std::vector<std::string> result;
    const bool strings = json.is_array() && std::ranges::all_of(json, [](const Json &item) {
                             return item.is_string();
                         });
    if (strings)
        result = json.get<std::vector<std::string>>();
    if (!strings || std::set(result.begin(), result.end()).size() != result.size())
        mistake(place, "must be a list of different texts");
    return result;
}

std::optional<PolicyPattern> PolicyWords::pattern(const std::string &text,
                                                  const std::string &place) {
    std::string why;
    std::optional<base::Pattern> compiled = base::Pattern::compile(text, why);
    if (compiled && (++patterns_ > k_most_patterns ||
                     (patterns_size_ += compiled->size()) > k_largest_patterns)) {
        why = "there are too many or too large ones in this policy";
        compiled.reset();
    }
    if (compiled)
        return PolicyPattern{text, *compiled};
    mistake(place,
            fmt::format("'{}' is not a valid regular expression: {}", shorten(text), shorten(why)));
    return std::nullopt;
}

} // namespace retouch::recipe
