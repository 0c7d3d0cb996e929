#pragma once

// PolicyReader: reads a policy's document as a draft-07 JSON Schema, strictly: what would not be
// judged, or not as its author expects, is an error. It judges nothing.

#include "recipe/policy/policy_schema.hpp"

namespace retouch::recipe {

/// `mistakes` gets a line for each thing that is wrong, escaped and bounded: "#/properties/tool:
/// unknown keyword 'requierd'; did you mean 'required'?". Only without any is the result of use.
[[nodiscard]] PolicySchemas read_policy(const Json &document, std::vector<std::string> &mistakes);

} // namespace retouch::recipe
