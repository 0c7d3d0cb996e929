#include "recipe/recipe_file.hpp"

#include "base/file.hpp"
#include "base/path_glob.hpp"
#include "base/text.hpp"
#include "recipe/foreign_file.hpp"
#include "recipe/place.hpp"
#include "recipe/schema/schema_place.hpp"
#include "recipe/sound_sections.hpp"
#include "recipe/step_list.hpp"
#include "recipe/work_tree.hpp"
#include "recipe/yaml/yaml_source.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace retouch::recipe {

namespace {

std::filesystem::path directory_of(const std::filesystem::path &path) {
    std::error_code failed;
    if (is_standard_input(path))
        return std::filesystem::current_path(failed);
    return std::filesystem::absolute(path, failed).lexically_normal().parent_path();
}

/// What no schema can say of `drop_properties`: an error for each glob that matches a property the
/// recipe sets. `recipe` need not be what the schema accepts; what has another form is passed over.
void check_property_drops(const Value &recipe, const RecipeFile &file, Diagnostics &found) {
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
            found.add(error_at(file.name, glob.mark, file.lines,
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

ParsedFile unreadable(const std::string &name, std::string message, std::string hint) {
    ParsedFile parsed;
    parsed.file.name = name;
    parsed.found.add(error_at(name, {}, std::string(), std::move(message), std::move(hint)));
    return parsed;
}

} // namespace

bool is_standard_input(const std::filesystem::path &path) {
    return path == "-" || path == "/dev/stdin";
}

ParsedFile parse_file(const std::filesystem::path &path, const std::string &name) {
    std::string bytes;
    try {
        bytes = is_standard_input(path) ? base::read_standard_input(k_max_yaml_bytes)
                                        : base::read_file(path, k_max_yaml_bytes);
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::interrupted)
            throw;
        return unreadable(name, error.what(), error.hint());
    }
    if (!is_standard_input(path) && !may_be_quoted(path, bytes, {"retouch"}))
        return unreadable(name,
                          "it is, links followed, outside the work tree or in its .git, and is not "
                          "a recipe: it has no line 'retouch: 1'",
                          "what such a file holds is not shown; look where the link leads");
    return parse_text(bytes, path, name);
}

ParsedFile parse_text(std::string_view bytes, const std::filesystem::path &path,
                      const std::string &name) {
    ParsedFile parsed;
    parsed.file = {name, directory_of(path)};
    parsed.bytes = bytes;
    parsed.read = read_yaml_around_mistakes(bytes, name, parsed.found);
    if (!parsed.read)
        return parsed;
    parsed.file.lines =
        base::split_lines(bytes.starts_with("\xEF\xBB\xBF") ? bytes.substr(3) : bytes);
    if (auto foreign = foreign_file(parsed.read->value, name, parsed.file.lines)) {
        parsed.found.add(*std::move(foreign));
        parsed.read.reset();
    }
    return parsed;
}

ParsedFile parse_variables(const std::filesystem::path &path) {
    ParsedFile parsed;
    parsed.file.name = path.string();
    try {
        parsed.bytes = base::read_file(path, k_max_yaml_bytes);
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::interrupted)
            throw;
        return unreadable(parsed.file.name, error.what(), error.hint());
    }
    if (!may_be_quoted(path, parsed.bytes, {}))
        return unreadable(parsed.file.name,
                          "it is, links followed, outside the work tree or in its .git",
                          "what such a file holds is not shown; look where the link leads");
    parsed.file.lines = base::split_lines(parsed.bytes);
    if (auto value = read_yaml(parsed.bytes, parsed.file.name, parsed.found))
        parsed.read = YamlAroundMistakes{*std::move(value), {}};
    return parsed;
}

CheckedFile check_file(const ParsedFile &parsed, const GivenVariables &given,
                       const SchemaChecker &checker, const SchemaChecker &sections) {
    auto [value, mistaken] = parsed.read.value();
    CheckedFile checked;
    checked.file = parsed.file;
    checked.found = parsed.found;
    const std::string &name = checked.file.name;
    const std::vector<std::string> &lines = checked.file.lines;
    Diagnostics of_variables;
    auto [unresolved, values, used] = resolve_variables(value, given, name, lines, of_variables);
    checked.file.variables = std::move(values);
    if (const Value *secrets = value.find("secrets"))
        for (const Field &field : secrets->fields)
            checked.file.secrets.insert(field.key);
    checked.used = std::move(used);
    if (!declares_wrongly(value, mistaken))
        checked.found.merge(mistaken.elsewhere(of_variables));
    Diagnostics of_schema;
    checker.check(value, name, lines, of_schema);
    check_step_list(value, sections, name, lines, of_schema);
    check_property_drops(value, checked.file, of_schema);
    checked.found.merge(mistaken.elsewhere(except_at(unresolved, of_schema)));
    if (!checked.found.has_errors()) {
        checked.value = std::move(value);
        return checked;
    }
    mistaken.add(checked.found);
    for (const Mark &mark : unresolved)
        mistaken.add(mark.line);
    checked.sound = sound_sections(std::move(value), mistaken, sections);
    return checked;
}

} // namespace retouch::recipe
