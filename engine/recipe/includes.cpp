#include "recipe/includes.hpp"

#include "base/host_tree.hpp"
#include "base/text.hpp"
#include "recipe/place.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace retouch::recipe {

namespace {

constexpr std::size_t k_deepest_include = 8;
constexpr std::size_t k_most_includes = 64;

void set_file(Value &value, int file) {
    value.mark.file = file;
    for (Value &item : value.items)
        set_file(item, file);
    for (Field &field : value.fields) {
        field.key_mark.file = file;
        set_file(field.value, file);
    }
}

std::map<std::string, std::string> texts_of(const Value *mapping) {
    std::map<std::string, std::string> texts;
    if (mapping != nullptr)
        for (const Field &field : mapping->fields)
            texts[field.key] = field.value.scalar;
    return texts;
}

/// What is of one file alone.
bool stays_with_its_file(const std::string &key) {
    return key == "$schema" || key == "retouch" || key == "description" || key == "vars" ||
           key == "include";
}

/// As the user would name it from where the including file is named.
std::string shown_name(const std::string &including, const std::string &file) {
    return (std::filesystem::path(including).parent_path() / file).lexically_normal().string();
}

} // namespace

void Includes::refuse(const Mark &mark, std::size_t number, std::string message, std::string hint) {
    const RecipeFile &file = files_.at(number);
    found_.add(error_at(file.name, mark, file.lines, std::move(message), std::move(hint)));
}

Value Includes::merged(const CheckedFile &recipe) {
    Value value = recipe.value.value();
    files_ = {recipe.file};
    above_ = {recipe.file.directory / std::filesystem::path(recipe.file.name).filename()};
    add(value, 0);
    for (auto fragment = fragments_.rbegin(); fragment != fragments_.rend(); ++fragment)
        put_before(value, std::move(*fragment));
    return value;
}

void Includes::add(const Value &including, std::size_t number) {
    const Value *list = including.find("include");
    if (list == nullptr)
        return;
    if (including.find("steps") != nullptr)
        return refuse(list->mark, number, "'include' does not go with 'steps'",
                      "sections of included files run in the fixed order");
    for (const Value &entry : list->items) {
        const Value *named = entry.find("file");
        const Value &file = named != nullptr ? *named : entry;
        const auto path = (files_.at(number).directory / file.scalar).lexically_normal();
        add({entry, file, texts_of(entry.find("vars")), path}, number);
    }
}

bool Includes::may_be_added(const Wish &wish, std::size_t number) {
    const auto wrong = [&](std::string message, std::string hint = {}) {
        refuse(wish.file.mark, number, std::move(message), std::move(hint));
        return false;
    };
    const std::string shown = base::escape(wish.file.scalar);
    if (!base::lies_in_work_tree(root_, wish.path))
        return wrong(fmt::format("'{}' is outside the recipe's directory", shown),
                     "a recipe includes files of its directory, or of the work tree it lies in");
    const auto circle = std::ranges::find(above_, wish.path);
    if (circle != above_.end()) {
        std::vector<std::string> names;
        for (auto each = circle; each != above_.end(); ++each)
            names.push_back(base::escape(each->filename().string()));
        names.push_back(base::escape(wish.path.filename().string()));
        return wrong(
            fmt::format("'{}' is included in a circle: {}", shown, fmt::join(names, " -> ")));
    }
    if (above_.size() > k_deepest_include || files_.size() > k_most_includes)
        return wrong(fmt::format("'{}' is one file too many", shown),
                     fmt::format("at most {} files are included, {} deep", k_most_includes,
                                 k_deepest_include));
    const std::string use = wish.path.string() + '\0' + fmt::format("{}", wish.variables);
    if (!done_.insert(use).second)
        return wrong(fmt::format("'{}' is included twice with the same variables", shown));
    return true;
}

bool Includes::declares_all(const Wish &wish, const ParsedFile &parsed, std::size_t number) {
    std::vector<std::string> names;
    if (const Value *vars = parsed.read->value.find("vars"))
        for (const Field &field : vars->fields)
            names.push_back(field.key);
    bool all = true;
    const Value *given = wish.entry.find("vars");
    for (const Field &field : given != nullptr ? given->fields : std::vector<Field>()) {
        if (std::ranges::find(names, field.key) != names.end())
            continue;
        all = false;
        const auto near = base::did_you_mean(field.key, names);
        refuse(field.key_mark, number,
               fmt::format("{} has no variable '{}'", base::escape(parsed.file.name),
                           base::escape(field.key)),
               near            ? fmt::format("did you mean '{}'?", *near)
               : names.empty() ? "declare it under 'vars' there, with a default value"
                               : fmt::format("it has: {}", fmt::join(names, ", ")));
    }
    return all;
}

void Includes::add(const Wish &wish, std::size_t number) {
    if (!may_be_added(wish, number))
        return;
    ParsedFile parsed = parse_file(wish.path, shown_name(files_.at(number).name, wish.file.scalar));
    if (!parsed.read && parsed.bytes.empty()) { // not there: the mistake is who names it
        for (const Diagnostic &each : parsed.found.sorted())
            refuse(wish.file.mark, number, each.message, each.hint);
        return;
    }
    bytes_ += parsed.bytes;
    if (std::ranges::find(paths_, wish.path) == paths_.end())
        paths_.push_back(wish.path);
    if (!parsed.read || !declares_all(wish, parsed, number))
        return found_.merge(std::move(parsed.found));
    GivenVariables given;
    given.offered = wish.variables;
    given.environment = environment_;
    CheckedFile checked = check_file(parsed, given, schemas_.fragment, schemas_.recipe);
    found_.merge(std::move(checked.found));
    if (!checked.value)
        return;
    const std::size_t own = files_.size();
    files_.push_back(std::move(checked.file));
    set_file(*checked.value, static_cast<int>(own));
    above_.push_back(wish.path);
    add(*checked.value, own);
    above_.pop_back();
    fragments_.push_back(*std::move(checked.value));
}

void Includes::put_before(Value &recipe, Value fragment) {
    for (Field &field : fragment.fields) {
        if (stays_with_its_file(field.key))
            continue;
        const auto same = std::ranges::find(recipe.fields, field.key, &Field::key);
        if (same == recipe.fields.end())
            recipe.fields.push_back(std::move(field));
        else
            put_before(same->value, std::move(field.value), field.key);
    }
}

void Includes::put_before(Value &section, Value more, const std::string &key) {
    if (section.kind == Value::Kind::sequence) {
        section.items.insert(section.items.begin(), std::make_move_iterator(more.items.begin()),
                             std::make_move_iterator(more.items.end()));
        return;
    }
    for (Field &field : more.fields) {
        const auto same = std::ranges::find(section.fields, field.key, &Field::key);
        if (same == section.fields.end()) {
            section.fields.push_back(std::move(field));
            continue;
        }
        const RecipeFile &here = files_.at(static_cast<std::size_t>(same->key_mark.file));
        const RecipeFile &there = files_.at(static_cast<std::size_t>(field.key_mark.file));
        Diagnostic conflict = error_at(
            here.name, same->key_mark, here.lines,
            fmt::format("'{}' has '{}' in an included file already", key, base::escape(field.key)));
        const Diagnostic first = error_at(there.name, field.key_mark, there.lines, "first here");
        conflict.related.push_back({first.position, first.message, first.source_line});
        found_.add(std::move(conflict));
    }
}

} // namespace retouch::recipe
