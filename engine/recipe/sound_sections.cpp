// Sound sections: an entry ends where the next one starts, by lines. What is left is checked again
// inside the smallest recipe there is, because not every objection of a schema has a place.

#include "recipe/sound_sections.hpp"

#include "recipe/schema/recipe_schema.hpp"
#include "recipe/step_list.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace retouch::recipe {

namespace {

constexpr int k_end_of_file = std::numeric_limits<int>::max();

void drop_mistaken(Value &section, int end, const MistakenLines &mistaken) {
    std::vector<Value> kept;
    for (std::size_t i = 0; i < section.items.size(); ++i) {
        const bool last = i + 1 == section.items.size();
        const int first = section.items[i].mark.line;
        // Entries may share a line; each then ends on it.
        const int next = last ? end : section.items[i + 1].mark.line;
        if (!mistaken.any_in(first, std::max(next, first + 1)))
            kept.push_back(std::move(section.items[i]));
    }
    section.items = std::move(kept);
}

/// A section and the line behind it.
struct PlacedSection {
    Field field;
    int end;
};

std::vector<PlacedSection> placed_sections(Value recipe) {
    std::vector<PlacedSection> sections;
    for (std::size_t i = 0; i < recipe.fields.size(); ++i) {
        Field &field = recipe.fields[i];
        const int end = end_line(recipe.fields, i);
        if (is_section(field.key))
            sections.push_back({std::move(field), end});
        if (field.key != k_step_list)
            continue;
        std::vector<Value> &items = field.value.items;
        for (std::size_t number = 0; number < items.size(); ++number)
            if (items[number].fields.size() == 1 && is_section(items[number].fields.front().key))
                sections.push_back({std::move(items[number].fields.front()),
                                    number + 1 < items.size() ? items[number + 1].mark.line : end});
    }
    return sections;
}

} // namespace

int end_line(const std::vector<Field> &fields, std::size_t index) {
    return index + 1 < fields.size() ? fields[index + 1].key_mark.line : k_end_of_file;
}

std::vector<Section> sound_sections(Value recipe, const MistakenLines &mistaken,
                                    const SchemaChecker &checker) {
    std::vector<Section> sections;
    for (PlacedSection &section : placed_sections(std::move(recipe))) {
        Field &field = section.field;
        if (mistaken.contains(field.key_mark.line))
            continue;
        drop_mistaken(field.value, section.end, mistaken);
        Diagnostics unplaced;
        if (checker.check(smallest_recipe_with(field), {}, {}, unplaced))
            sections.push_back({field.key, std::move(field.value)});
    }
    return sections;
}

} // namespace retouch::recipe
