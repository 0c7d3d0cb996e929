// SchemaPlace and the words for wrong types.
// The YAML of people who did not mean what YAML reads is the common case here, so the hint shows
// the line as it should have been written.

#include "recipe/schema/schema_place.hpp"

#include "recipe/yaml/yaml_scalar.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace retouch::recipe {

SchemaPlace::SchemaPlace(Kind kind, std::string label) : kind_(kind), label_(std::move(label)) {}

SchemaPlace SchemaPlace::root(std::string title) {
    return {Kind::root, std::move(title)};
}

SchemaPlace SchemaPlace::key(const std::string &key) const {
    return {Kind::key, key};
}

SchemaPlace SchemaPlace::entry() const {
    return {Kind::entry, name()};
}

SchemaPlace SchemaPlace::key_name(const std::string &key) const {
    return {Kind::key_name, key};
}

std::string SchemaPlace::name() const {
    switch (kind_) {
    case Kind::root:
        return label_;
    case Kind::key:
        return fmt::format("'{}'", shorten(label_));
    case Kind::entry:
        return "an entry of " + label_;
    case Kind::key_name:
        return fmt::format("the name '{}'", shorten(label_));
    }
    return {};
}

std::string SchemaPlace::about(std::string_view text, std::string_view statement) const {
    if (kind_ == Kind::key_name)
        return fmt::format("{} {}", name(), statement);
    return fmt::format("{} {}, found '{}'", name(), statement, shorten(text));
}

std::string SchemaPlace::written(const std::string &value) const {
    if (kind_ == Kind::key)
        return fmt::format("{}: {}", shorten(label_), value);
    return kind_ == Kind::entry ? "- " + value : value;
}

namespace {

constexpr std::size_t k_longest_shown = 60;

bool allows(const Json &schema, std::string_view type) {
    const auto types = schema.find("type");
    if (types == schema.end())
        return true;
    if (types->is_string())
        return *types == type;
    return std::ranges::any_of(*types, [&](const Json &item) { return item == type; });
}

std::string_view type_of(Value::Kind kind) {
    switch (kind) {
    case Value::Kind::null:
        return "null";
    case Value::Kind::boolean:
        return "boolean";
    case Value::Kind::integer:
        return "integer";
    case Value::Kind::real:
        return "number";
    case Value::Kind::string:
        return "string";
    case Value::Kind::sequence:
        return "array";
    case Value::Kind::mapping:
        return "object";
    }
    return {};
}

std::string in_words(std::string_view type) {
    if (type == "boolean")
        return "true or false";
    if (type == "integer")
        return "a whole number";
    if (type == "number")
        return "a number";
    if (type == "string")
        return "a string";
    if (type == "array")
        return "a list";
    return type == "object" ? "a mapping" : "null";
}

std::string wanted(const Json &schema) {
    const Json &types = schema["type"];
    if (types.is_string())
        return in_words(types.get<std::string>());
    std::string out;
    for (std::size_t i = 0; i < types.size(); ++i)
        out += (i == 0                  ? ""
                : i + 1 == types.size() ? " or "
                                        : ", ") +
               in_words(types[i].get<std::string>());
    return out;
}

std::string found(const Value &value) {
    if (!value.is_scalar() || value.kind == Value::Kind::null)
        return in_words(type_of(value.kind));
    if (value.kind == Value::Kind::string)
        return fmt::format("the string '{}'", shorten(value.scalar));
    return fmt::format("{} {}", value.kind == Value::Kind::boolean ? "the boolean" : "the number",
                       value.scalar);
}

/// What to write instead of a scalar of the wrong type.
std::string scalar_hint(const Value &value, const Json &schema, const SchemaPlace &place) {
    const bool is_short = value.scalar.size() <= k_longest_shown;
    if (!value.is_scalar() || !is_short || value.scalar.empty())
        return {};
    if (allows(schema, "string"))
        return "write " + place.written(yaml_quoted(value.scalar));
    if (allows(schema, "boolean"))
        return fmt::format("write {} or {}", place.written("true"), place.written("false"));
    const bool digits = plain_kind(value.scalar) == Value::Kind::integer;
    if (allows(schema, "integer") && value.quoted && digits)
        return fmt::format("write {}, without quotes", place.written(value.scalar));
    if (allows(schema, "integer") && value.scalar.front() == '0' && is_disputed(value.scalar))
        return "write it in decimal, without leading zeros";
    return {};
}

} // namespace

std::optional<SchemaFinding> wrong_type(const Value &value, const Json &schema,
                                        const SchemaPlace &place) {
    const bool plain_text = value.kind == Value::Kind::string && !value.quoted;
    if (plain_text && schema.contains("type") && allows(schema, "string") &&
        is_disputed(value.scalar))
        return SchemaFinding{
            value.mark,
            fmt::format("'{}' needs quotes: YAML readers do not agree that it is a string",
                        shorten(value.scalar)),
            "write " + place.written(yaml_quoted(value.scalar)), std::nullopt};
    if (value.kind == Value::Kind::boolean && allows(schema, "boolean") && value.scalar != "true" &&
        value.scalar != "false") {
        return SchemaFinding{
            value.mark,
            fmt::format("expected true or false for {}, found {}", place.name(), value.scalar),
            "write " + place.written(base::small_letters(value.scalar)), std::nullopt};
    }
    const bool whole = value.kind == Value::Kind::integer && allows(schema, "number");
    if (whole || allows(schema, type_of(value.kind)))
        return std::nullopt;
    if (value.kind == Value::Kind::null && value.scalar.empty())
        return SchemaFinding{value.mark, fmt::format("{} has no value", place.name()),
                             fmt::format("expected {}", wanted(schema)), std::nullopt};
    return SchemaFinding{
        value.mark,
        fmt::format("expected {} for {}, found {}", wanted(schema), place.name(), found(value)),
        scalar_hint(value, schema, place), std::nullopt};
}

std::optional<Json> number_of(const Value &value) {
    std::string_view text = value.scalar;
    if (text.starts_with('+'))
        text.remove_prefix(1);
    const char *end = text.data() + text.size();
    std::int64_t whole = 0;
    double real = 0;
    const bool is_whole = value.kind == Value::Kind::integer;
    const auto result = is_whole ? std::from_chars(text.data(), end, whole)
                                 : std::from_chars(text.data(), end, real);
    if (result.ec != std::errc() || result.ptr != end)
        return std::nullopt;
    return is_whole ? Json(whole) : Json(real);
}

std::string shorten(std::string_view text) {
    return base::clipped(text, k_longest_shown);
}

std::string amount(const Json &number, std::string_view one, std::string_view many) {
    const auto count = number.get<std::size_t>();
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string example_hint(const std::string &key, const Json &properties) {
    const auto schema = properties.find(key);
    if (schema == properties.end() || !schema->contains("examples"))
        return {};
    const auto written = [](const Json &json) {
        return json.is_string() ? json.get<std::string>() : json.dump();
    };
    const Json &example = (*schema)["examples"][0];
    if (!example.is_object() || example.empty())
        return fmt::format("add \"{}: {}\"", key, written(example));
    const auto first = example.items().begin();
    return fmt::format("add \"{}:\" and below it \"{}: {}\"", key, first.key(),
                       written(first.value()));
}

} // namespace retouch::recipe
