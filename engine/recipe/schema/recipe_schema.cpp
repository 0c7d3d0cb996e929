// The recipe schema, merged from the embedded files. Fragments use no "$ref", so putting them in
// place is all there is to do.

#include "recipe/schema/recipe_schema.hpp"

#include "recipe/schema/embedded_schemas.hpp"

#include <algorithm>

namespace retouch::recipe {

namespace {

bool is_fragment(const EmbeddedSchema &schema) {
    return schema.name != "recipe" && schema.name != "configuration" && schema.name != "plan";
}

} // namespace

Json merged_recipe_schema() {
    const auto schemas = embedded_schemas();
    Json merged = Json::parse(std::ranges::find(schemas, "recipe", &EmbeddedSchema::name)->text);
    for (const EmbeddedSchema &schema : schemas)
        if (is_fragment(schema))
            merged["properties"][std::string(schema.name)] = Json::parse(schema.text);
    return merged;
}

bool is_section(std::string_view key) {
    return std::ranges::any_of(embedded_schemas(), [&](const EmbeddedSchema &schema) {
        return is_fragment(schema) && schema.name == key;
    });
}

} // namespace retouch::recipe
