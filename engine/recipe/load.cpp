// Loading a recipe: the stages in order, what no schema can say, and the typed Recipe from a value
// the schema accepts. The schema is prepared once in a process; it depends on nothing but the
// program itself.

#include "recipe/load.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/path_glob.hpp"
#include "base/text.hpp"
#include "model/names.hpp"

#include "recipe/foreign_file.hpp"
#include "recipe/mistaken_lines.hpp"
#include "recipe/place.hpp"
#include "recipe/schema/embedded_schemas.hpp"
#include "recipe/schema/recipe_schema.hpp"
#include "recipe/schema/schema_check.hpp"
#include "recipe/schema/schema_place.hpp"
#include "recipe/sound_sections.hpp"
#include "recipe/variables.hpp"
#include "recipe/work_tree.hpp"
#include "recipe/yaml/yaml_reader.hpp"
#include "recipe/yaml/yaml_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace retouch::recipe {

namespace {

std::optional<std::int64_t> optional_number(const Value &parent, std::string_view key) {
    const Value *value = parent.find(key);
    if (value == nullptr)
        return std::nullopt;
    std::string_view text = value->scalar;
    if (text.starts_with('+'))
        text.remove_prefix(1);
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

Limits to_limits(const Value &value) {
    Limits limits;
    limits.may_change = value.texts("may_change");
    limits.packages = value.texts("packages");
    limits.bytes_written = base::parse_bytes(value.text_or("bytes_written"));
    limits.no_new_setuid = value.flag_or("no_new_setuid", false);
    limits.no_network = value.flag_or("no_network", false);
    return limits;
}

Publish to_publish(const Value &value) {
    Publish publish;
    publish.name = value.text("name");
    publish.visibility = value.text("visibility");
    publish.previous =
        model::from_name<PreviousPolicy>(value.text_or("previous")).value_or(publish.previous);
    publish.lineage =
        model::from_name<LineagePolicy>(value.text_or("lineage")).value_or(publish.lineage);
    publish.tags = value.texts("tags");
    publish.min_disk_gib = optional_number(value, "min_disk");
    publish.min_ram_mib = optional_number(value, "min_ram");
    if (value.find("protected") != nullptr)
        publish.is_protected = value.flag_or("protected", false);
    publish.owner = value.text("owner");
    return publish;
}

std::filesystem::path directory_of(const std::filesystem::path &path) {
    std::error_code failed;
    if (is_standard_input(path))
        return std::filesystem::current_path(failed);
    return std::filesystem::absolute(path, failed).lexically_normal().parent_path();
}

/// Requires: the schema accepts `value`.
Recipe to_recipe(Value value, const std::filesystem::path &path) {
    Recipe recipe;
    recipe.path = path;
    recipe.directory = directory_of(path);
    recipe.name = value.text_or("name");
    recipe.description = value.text_or("description");
    const Value &source = *value.find("source");
    recipe.source_image = source.text_or("image");
    recipe.source_owner = source.text("owner");
    if (const Value *properties = value.find("properties"))
        for (const Field &field : properties->fields)
            recipe.properties[field.key] = field.value.kind == Value::Kind::null
                                               ? std::nullopt
                                               : std::optional(field.value.scalar);
    recipe.drop_properties = value.texts("drop_properties").value_or(recipe.drop_properties);
    if (const Value *publish = value.find("publish"))
        recipe.publish = to_publish(*publish);
    if (const Value *limits = value.find("limits"))
        recipe.limits = to_limits(*limits);
    recipe.volatile_paths = value.texts("volatile").value_or(recipe.volatile_paths);
    for (Field &field : value.fields)
        if (is_section(field.key))
            recipe.sections.push_back({field.key, std::move(field.value)});
    return recipe;
}

const SchemaChecker &checker() {
    static const SchemaChecker prepared(merged_recipe_schema());
    return prepared;
}

/// What no schema can say of `drop_properties`: an error for each glob that matches a property the
/// recipe sets. `recipe` need not be what the schema accepts; what has another form is passed over.
void check_property_drops(const Value &recipe, const std::string &file,
                          const std::vector<std::string> &lines, Diagnostics &found) {
    const Value *drops = recipe.find("drop_properties");
    const Value *properties = recipe.find("properties");
    if (drops == nullptr || properties == nullptr)
        return;
    for (const Value &glob : drops->items) {
        const auto set = std::ranges::find_if(properties->fields, [&](const Field &property) {
            return property.value.kind != Value::Kind::null &&
                   base::matches_name(glob.scalar, property.key);
        });
        if (set != properties->fields.end())
            found.add(error_at(file, glob.mark, lines,
                               fmt::format("'{}' drops the property '{}', which the recipe sets",
                                           shorten(glob.scalar), shorten(set->key)),
                               "narrow it, or take the property out of 'properties'"));
    }
}

/// What the schema says of a text with an unresolved variable is about the variable's name.
Diagnostics except_at(const std::vector<Mark> &unresolved, const Diagnostics &found) {
    Diagnostics kept;
    for (const Diagnostic &item : found.sorted()) {
        const Mark mark{item.position.line, item.position.column};
        if (std::ranges::find(unresolved, mark) == unresolved.end())
            kept.add(item);
    }
    return kept;
}

/// A variable whose declaration is wrong is not undefined.
bool declares_wrongly(const Value &recipe, const MistakenLines &mistaken) {
    for (std::size_t i = 0; i < recipe.fields.size(); ++i)
        if (recipe.fields[i].key == "vars")
            return mistaken.any_in(recipe.fields[i].key_mark.line, end_line(recipe.fields, i));
    return false;
}

} // namespace

bool is_standard_input(const std::filesystem::path &path) {
    return path == "-" || path == "/dev/stdin";
}

LoadedRecipe load_recipe(const std::filesystem::path &path,
                         const std::map<std::string, std::string> &variables) {
    std::string bytes;
    try {
        bytes = is_standard_input(path) ? base::read_standard_input(k_max_yaml_bytes)
                                        : base::read_file(path, k_max_yaml_bytes);
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::interrupted)
            throw;
        LoadedRecipe loaded;
        loaded.diagnostics.add(
            error_at(path.string(), {}, std::string(), error.what(), error.hint()));
        return loaded;
    }
    if (!is_standard_input(path) && !may_be_quoted(path, bytes, {"retouch"})) {
        LoadedRecipe loaded;
        loaded.diagnostics.add(
            error_at(path.string(), {}, std::string(),
                     "it is, links followed, outside the work tree or in its .git, and is not a "
                     "recipe: it has no line 'retouch: 1'",
                     "what such a file holds is not shown; look where the link leads"));
        return loaded;
    }
    return load_recipe_text(bytes, path, variables);
}

LoadedRecipe load_recipe_text(std::string_view text, const std::filesystem::path &path,
                              const std::map<std::string, std::string> &variables) {
    LoadedRecipe loaded;
    const std::string file = path.string();
    loaded.directory = directory_of(path);
    std::optional<YamlAroundMistakes> read =
        read_yaml_around_mistakes(text, file, loaded.diagnostics);
    if (!read)
        return loaded;
    auto &[value, mistaken] = *read;
    loaded.lines = base::split_lines(text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text);
    if (std::optional<Diagnostic> foreign = foreign_file(value, file, loaded.lines)) {
        loaded.diagnostics.add(*std::move(foreign));
        return loaded;
    }
    if (const Value *vars = value.find("vars"))
        for (const Field &field : vars->fields)
            loaded.variables.push_back(field.key);
    Diagnostics of_variables;
    const std::vector<Mark> unresolved =
        resolve_variables(value, variables, file, loaded.lines, of_variables);
    if (!declares_wrongly(value, mistaken))
        loaded.diagnostics.merge(mistaken.elsewhere(of_variables));
    Diagnostics of_schema;
    checker().check(value, file, loaded.lines, of_schema);
    check_property_drops(value, file, loaded.lines, of_schema);
    loaded.diagnostics.merge(mistaken.elsewhere(except_at(unresolved, of_schema)));
    if (loaded.diagnostics.has_errors()) {
        mistaken.add(loaded.diagnostics);
        for (const Mark &mark : unresolved)
            mistaken.add(mark.line);
        loaded.sections = sound_sections(std::move(value), mistaken, checker());
        return loaded;
    }
    loaded.recipe = to_recipe(std::move(value), path);
    loaded.recipe->sha256 = base::sha256_hex(text);
    return loaded;
}

bool check_recipe_value(const Value &recipe, Diagnostics &diagnostics) {
    return checker().check(recipe, {}, {}, diagnostics);
}

std::string recipe_schema() {
    return recipe_schema_with_variables().dump(2) + "\n";
}

std::string plan_schema() {
    return std::string(std::ranges::find(embedded_schemas(), "plan", &EmbeddedSchema::name)->text);
}

} // namespace retouch::recipe
