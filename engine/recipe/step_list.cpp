#include "recipe/step_list.hpp"

#include "recipe/place.hpp"
#include "recipe/schema/recipe_schema.hpp"

#include <fmt/format.h>

#include <utility>

namespace retouch::recipe {

namespace {

Value text(std::string scalar) {
    Value value;
    value.kind = Value::Kind::string;
    value.scalar = std::move(scalar);
    value.quoted = true;
    return value;
}

Value mapping(std::vector<Field> fields) {
    Value value;
    value.kind = Value::Kind::mapping;
    value.fields = std::move(fields);
    return value;
}

std::vector<const Field *> listed_sections(const Value &recipe) {
    std::vector<const Field *> sections;
    if (const Value *list = recipe.find(k_step_list))
        for (const Value &entry : list->items)
            for (const Field &field : entry.fields)
                if (is_section(field.key))
                    sections.push_back(&field);
    return sections;
}

bool is_empty(const Value &section) {
    return section.items.empty() && section.fields.empty();
}

} // namespace

Value smallest_recipe_with(const Field &section) {
    Value format = text("1");
    format.kind = Value::Kind::integer;
    format.quoted = false;
    return mapping({{"retouch", {}, std::move(format)},
                    {"name", {}, text("a")},
                    {"source", {}, mapping({{"image", {}, text("a")}})},
                    section});
}

std::vector<const Field *> section_fields(const Value &recipe) {
    std::vector<const Field *> sections;
    for (const Field &field : recipe.fields)
        if (is_section(field.key))
            sections.push_back(&field);
    const std::vector<const Field *> listed = listed_sections(recipe);
    sections.insert(sections.end(), listed.begin(), listed.end());
    return sections;
}

void check_step_list(const Value &recipe, const SchemaChecker &checker, const std::string &file,
                     const std::vector<std::string> &lines, Diagnostics &found) {
    const Value *list = recipe.find(k_step_list);
    if (list == nullptr)
        return;
    const auto conflict = [&](const Mark &mark, std::string message, const Mark &other,
                              std::string note, std::string hint) {
        Diagnostic diagnostic = error_at(file, mark, lines, std::move(message), std::move(hint));
        Diagnostic there = error_at(file, other, lines, std::move(note), {});
        diagnostic.related.push_back({there.position, there.message, there.source_line});
        found.add(std::move(diagnostic));
    };
    for (const Field &field : recipe.fields)
        if (is_section(field.key))
            conflict(field.key_mark, fmt::format("'{}' does not go with 'steps'", field.key),
                     list->mark, "the order is given here",
                     "make it an entry of 'steps', where it is to run");
    const Field *before = nullptr;
    for (const Field *section : listed_sections(recipe)) {
        checker.check(smallest_recipe_with(*section), file, lines, found);
        if (is_empty(section->value))
            continue;
        if (before != nullptr && before->key == section->key)
            conflict(section->key_mark,
                     fmt::format("'{}' stands twice in a row in 'steps'", section->key),
                     before->key_mark, "first here", "put its entries under the first");
        before = section;
    }
}

} // namespace retouch::recipe
