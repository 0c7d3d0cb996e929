#pragma once
// Suited text: which text was probably meant by a scalar that is no string, or none a schema takes.

#include "recipe/schema/schema_words.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace retouch::recipe {

/// `text` satisfies what `schema` says of strings.
[[nodiscard]] bool suits(std::string_view text, const Json &schema, const SchemaPatterns &patterns);

/// `value` stands unquoted where `schema` wants a string, and would be refused with quotes too.
[[nodiscard]] bool is_unsuited_text(const Value &value, const Json &schema,
                                    const SchemaPatterns &patterns);

/// `spelling` itself, or what it becomes with the unit the schema gives numbers without one
/// ("x-retouch-unit"), or as the octal number it is written as: the first that suits the schema.
[[nodiscard]] std::optional<std::string>
suited_text(const std::string &spelling, const Json &schema, const SchemaPatterns &patterns);

/// The text as a YAML scalar, in quotes only where it needs them.
[[nodiscard]] std::string yaml_text(const std::string &text);

} // namespace retouch::recipe
