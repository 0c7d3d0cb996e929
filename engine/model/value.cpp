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

std::optional<std::string> Value::text(std::string_view key) const {
    const Value *value = find(key);
    return value == nullptr ? std::nullopt : std::optional(value->scalar);
}

std::string Value::text_or(std::string_view key, std::string_view fallback) const {
    return text(key).value_or(std::string(fallback));
}

bool Value::flag_or(std::string_view key, bool fallback) const {
    const Value *value = find(key);
    return value == nullptr ? fallback : value->scalar == "true";
}

std::optional<std::vector<std::string>> Value::texts(std::string_view key) const {
    const Value *list = find(key);
    if (list == nullptr)
        return std::nullopt;
    std::vector<std::string> found;
    for (const Value &item : list->items)
        found.push_back(item.scalar);
    return found;
}

} // namespace retouch
