// The recipe schema, merged from the embedded files. Fragments use no "$ref", so putting them in
// place is all there is to do.

#include "recipe/schema/recipe_schema.hpp"

#include "recipe/schema/embedded_schemas.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::recipe {

namespace {

bool is_fragment(const EmbeddedSchema &schema) {
    return schema.name != "recipe" && schema.name != "configuration" && schema.name != "plan";
}

constexpr const char *k_variable = R"(\$\{)";

void allow_variables(Json &schema) {
    if (!schema.is_structured())
        return;
    for (Json &member : schema)
        allow_variables(member);
    if (!schema.is_object())
        return;
    if (const auto pattern = schema.find("pattern");
        pattern != schema.end() && pattern->is_string())
        *pattern = fmt::format("{}|{}", pattern->get_ref<const std::string &>(), k_variable);
    if (const auto words = schema.find("enum"); words != schema.end() && words->is_array()) {
        schema["anyOf"] = {{{"enum", *words}}, {{"type", "string"}, {"pattern", k_variable}}};
        schema.erase("enum");
    }
}

/// Gives each entry of `section`, or the section itself where it is one, what all entries may have.
void add_common_keys(Json &section, const Json &keys) {
    Json &entry = section.contains("items") ? section["items"] : section;
    if (const auto properties = entry.find("properties"); properties != entry.end())
        properties->update(keys);
}

} // namespace

Json merged_recipe_schema() {
    constexpr const char *k_common_keys = "x-retouch-entry";
    const auto schemas = embedded_schemas();
    Json merged = Json::parse(std::ranges::find(schemas, "recipe", &EmbeddedSchema::name)->text);
    const Json common = merged.at(k_common_keys);
    merged.erase(k_common_keys);
    for (const EmbeddedSchema &schema : schemas) {
        if (!is_fragment(schema))
            continue;
        Json &section = merged["properties"][std::string(schema.name)] = Json::parse(schema.text);
        add_common_keys(section, common);
    }
    // What they are is checked section by section.
    Json &listed = merged["properties"]["steps"]["items"]["properties"];
    for (const EmbeddedSchema &schema : schemas)
        if (is_fragment(schema))
            listed[std::string(schema.name)] = Json::object();
    return merged;
}

Json fragment_schema() {
    Json schema = merged_recipe_schema();
    schema["$id"] = "urn:retouch:schema:fragment:1";
    schema["title"] = "fragment";
    schema["description"] = "What several recipes share. They include it.";
    schema["required"] = {"retouch"};
    for (const char *key :
         {"name", "source", "publish", "limits", "disk", "output", "steps", "matrix", "rebuild"})
        schema["properties"].erase(key);
    return schema;
}

Json fragment_schema_with_variables() {
    Json schema = fragment_schema();
    allow_variables(schema);
    return schema;
}

Json recipe_schema_with_variables() {
    Json schema = merged_recipe_schema();
    allow_variables(schema);
    for (auto &[name, listed] : schema["properties"]["steps"]["items"]["properties"].items())
        listed = {{"$ref", "#/properties/" + name}};
    return schema;
}

bool is_section(std::string_view key) {
    return std::ranges::any_of(embedded_schemas(), [&](const EmbeddedSchema &schema) {
        return is_fragment(schema) && schema.name == key;
    });
}

} // namespace retouch::recipe
