#pragma once
// Schema words: walks a Value beside its schema and says, for people, where they differ. It also
// refuses what JSON cannot see: unquoted scalars where a string is wanted. It is no validator: that
// a value fits is for valijson to say.
//
// A schema may carry "x-retouch-message", a sentence about the value without its subject ("must be
// an absolute path"), used when its pattern or const does not match;
// and "x-retouch-unit", what a number without a unit was probably meant to carry.

#include "recipe/schema/schema_patterns.hpp"
#include "retouch/json.hpp"
#include "retouch/value.hpp"

#include <optional>
#include <string>
#include <vector>

namespace retouch::recipe {

struct SchemaFinding {
    Mark mark;
    std::string message;
    std::string hint;
    std::optional<Mark> related; ///< of a first occurrence
};

/// In order of the file, each value's first mistake only.
[[nodiscard]] std::vector<SchemaFinding> schema_words(const Value &value, const Json &schema,
                                                      const SchemaPatterns &patterns);

} // namespace retouch::recipe
