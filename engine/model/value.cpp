// Value: looking into a node the user wrote.
// Keys are unique (the reader refuses others), so the first match is the only one.
// A node of another kind simply has no fields.

#include "retouch/value.hpp"

#include <algorithm>

namespace retouch {

const Value *Value::find(std::string_view key) const {
    const auto found = std::ranges::find(fields, key, &Field::key);
    return found == fields.end() ? nullptr : &found->value;
}

} // namespace retouch
