#pragma once

// PolicyValues: JSON values as JSON Schema compares them: 1 is 1.0, and members have no order.

#include "recipe/policy/policy_schema.hpp"

#include <string_view>

namespace retouch::recipe {

/// Requires: a number.
[[nodiscard]] PolicyNumber policy_number(const Json &number);

[[nodiscard]] bool same_value(const Json &one, const Json &other);

/// Equal for equal values, and only for those.
[[nodiscard]] std::string value_key(const Json &value);

/// `type` is a name that draft-07 knows.
[[nodiscard]] bool is_of_type(const Json &value, std::string_view type);

/// The value for messages: short and escaped; of lists and objects only what they are.
[[nodiscard]] std::string shown_value(const Json &value);

} // namespace retouch::recipe
