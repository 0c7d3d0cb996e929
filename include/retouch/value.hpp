#pragma once
// Value: a YAML node as the user wrote it: kind, spelling and position. It is what the strict
// reader yields and what step kinds read their entries from. It is not a general document model: no
// aliases, no tags, keys are strings and keep their order.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retouch {

/// Where a node starts, counted from 1 (columns in code points).
struct Mark {
    int line = 0;
    int column = 0;
    int file = 0; ///< of the files of a recipe: 0 is the recipe itself, others it includes

    bool operator==(const Mark &) const = default;
};

struct Field;

struct Value {
    enum class Kind { null, boolean, integer, real, string, sequence, mapping };

    Kind kind = Kind::null;
    Mark mark;
    std::string scalar;        ///< spelling of a scalar, after YAML unescaping; variables resolved
    bool quoted = false;       ///< the scalar was quoted or a block scalar, so it is a string
    std::vector<Value> items;  ///< of a sequence
    std::vector<Field> fields; ///< of a mapping, in file order, keys unique

    /// The value under `key`, or nullptr when this is no mapping or has no such key.
    [[nodiscard]] const Value *find(std::string_view key) const;

    /// The spelling under `key`, or nullopt.
    [[nodiscard]] std::optional<std::string> text(std::string_view key) const;

    /// The spelling under `key`, or `fallback`.
    [[nodiscard]] std::string text_or(std::string_view key, std::string_view fallback = {}) const;

    /// Whether true stands under `key`, or `fallback` where nothing does.
    [[nodiscard]] bool flag_or(std::string_view key, bool fallback) const;

    /// The spellings in the list under `key`, or nullopt.
    [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view key) const;

    [[nodiscard]] bool is_scalar() const { return kind != Kind::sequence && kind != Kind::mapping; }
};

struct Field {
    std::string key;
    Mark key_mark;
    Value value;
};

} // namespace retouch
