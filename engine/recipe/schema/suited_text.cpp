// Suited text. What is guessed here stands in hints only, so it must be right as it is written.

#include "recipe/schema/suited_text.hpp"

#include "recipe/yaml/yaml_scalar.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace retouch::recipe {

bool suits(std::string_view text, const Json &schema, const SchemaPatterns &patterns) {
    const std::size_t length = base::code_points(text);
    if (length < schema.value("minLength", std::size_t{0}))
        return false;
    if (const auto most = schema.find("maxLength"); most != schema.end() && length > *most)
        return false;
    const std::string whole(text);
    if (const auto words = schema.find("enum");
        words != schema.end() && std::ranges::find(*words, Json(whole)) == words->end())
        return false;
    const auto pattern = schema.find("pattern");
    return pattern == schema.end() || patterns.match(whole, pattern->get<std::string>());
}

bool is_unsuited_text(const Value &value, const Json &schema, const SchemaPatterns &patterns) {
    const bool bare = value.is_scalar() && !value.quoted && !value.scalar.empty();
    const bool text = value.kind == Value::Kind::string;
    return bare && schema.value("type", Json()) == "string" &&
           (!text || is_disputed(value.scalar)) && !suits(value.scalar, schema, patterns);
}

std::optional<std::string> suited_text(const std::string &spelling, const Json &schema,
                                       const SchemaPatterns &patterns) {
    const bool octal = spelling.starts_with("0o") || spelling.starts_with("0O");
    const std::array<std::string, 3> readings = {
        spelling, spelling + schema.value("x-retouch-unit", std::string()),
        octal ? "0" + spelling.substr(2) : spelling};
    const auto found = std::ranges::find_if(
        readings, [&](const std::string &text) { return suits(text, schema, patterns); });
    return found == readings.end() ? std::nullopt : std::optional(*found);
}

std::string yaml_text(const std::string &text) {
    const bool plain = !text.empty() && plain_kind(text) == Value::Kind::string &&
                       !is_disputed(text) && std::ranges::all_of(text, base::is_alphanumeric);
    return plain ? text : yaml_quoted(text);
}

} // namespace retouch::recipe
