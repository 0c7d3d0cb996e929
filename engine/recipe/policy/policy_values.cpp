#include "recipe/policy/policy_values.hpp"

#include "recipe/schema/schema_place.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace retouch::recipe {

namespace {

static_assert(std::numeric_limits<PolicyNumber>::digits >= 64);

bool is_whole(const Json &number) {
    const PolicyNumber value = policy_number(number);
    return std::trunc(value) == value;
}

} // namespace

PolicyNumber policy_number(const Json &number) {
    if (number.is_number_unsigned())
        return static_cast<PolicyNumber>(number.get<std::uint64_t>());
    if (number.is_number_integer())
        return static_cast<PolicyNumber>(number.get<std::int64_t>());
    return static_cast<PolicyNumber>(number.get<double>());
}

bool same_value(const Json &one, const Json &other) {
    if (one.is_number() && other.is_number())
        return policy_number(one) == policy_number(other);
    if (one.type() != other.type() || one.size() != other.size())
        return false;
    return one.is_structured() ? value_key(one) == value_key(other) : one == other;
}

std::string value_key(const Json &value) {
    if (value.is_number())
        return fmt::format("{:a}", policy_number(value) + 0.0L); // no -0
    if (!value.is_structured())
        return value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (value.is_array()) {
        std::string key = "[";
        for (const Json &item : value)
            key += value_key(item) + ",";
        return key + "]";
    }
    std::map<std::string, const Json *> members;
    for (const auto &[name, item] : value.items())
        members[name] = &item;
    std::string key = "{";
    for (const auto &[name, item] : members)
        key += value_key(Json(name)) + ":" + value_key(*item) + ",";
    return key + "}";
}

bool is_of_type(const Json &value, std::string_view type) {
    if (type == "array")
        return value.is_array();
    if (type == "boolean")
        return value.is_boolean();
    if (type == "integer")
        return value.is_number() && is_whole(value);
    if (type == "null")
        return value.is_null();
    if (type == "number")
        return value.is_number();
    if (type == "object")
        return value.is_object();
    return type == "string" && value.is_string();
}

std::string shown_value(const Json &value) {
    if (value.is_structured())
        return value.is_array() ? "a list" : "an object";
    if (value.is_string())
        return fmt::format("'{}'", shorten(value.get_ref<const std::string &>()));
    return value.dump();
}

} // namespace retouch::recipe
