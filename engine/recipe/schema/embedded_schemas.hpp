#pragma once
// The schema files of schemas/, compiled in: "recipe" is the envelope, "configuration" describes
// retouch.yaml, "plan" the document of a plan; every other name is a step kind whose schema
// describes the section of that name.

#include <span>
#include <string_view>

namespace retouch::recipe {

struct EmbeddedSchema {
    std::string_view name;
    std::string_view text; ///< JSON
};

/// The envelope first, then the configuration, the plan, then the kinds by name.
[[nodiscard]] std::span<const EmbeddedSchema> embedded_schemas();

} // namespace retouch::recipe
