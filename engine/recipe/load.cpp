// Loading a recipe: the stages in order, row by row of its matrix, and the typed Recipe from a
// value the schema accepts. The schema is prepared once in a process; it depends on nothing but the
// program itself.

#include "recipe/load.hpp"

#include "base/digest.hpp"
#include "base/fact_text.hpp"
#include "base/text.hpp"
#include "model/names.hpp"
#include "recipe/includes.hpp"
#include "recipe/matrix.hpp"
#include "recipe/place.hpp"
#include "recipe/recipe_file.hpp"
#include "recipe/schema/embedded_schemas.hpp"
#include "recipe/schema/recipe_schema.hpp"
#include "recipe/schema/schema_check.hpp"
#include "recipe/schema/schema_place.hpp"
#include "recipe/source_place.hpp"
#include "recipe/step_list.hpp"
#include "recipe/work_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
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

DiskWish to_disk(const Value &value) {
    constexpr std::int64_t sector = 512;
    DiskWish wish;
    if (value.find("size") != nullptr)
        wish.size_bytes =
            (base::parse_bytes(value.text_or("size")).value_or(0) + sector - 1) / sector * sector;
    wish.grow = model::from_name<DiskGrow>(value.text_or("grow")).value_or(wish.grow);
    return wish;
}

OutputWish to_output(const Value &value) {
    OutputWish wish;
    wish.format = value.text_or("format");
    wish.compression =
        model::from_name<Compression>(value.text_or("compress")).value_or(wish.compression);
    wish.trim = value.flag_or("trim", false);
    return wish;
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

/// "30d". Requires: digits and h, d or w.
std::optional<std::chrono::seconds> to_age(const std::string &text) {
    int count = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (failed != std::errc{})
        return std::nullopt;
    const char unit = text.back();
    return std::chrono::hours(1) * (unit == 'w' ? 7 * 24 : unit == 'd' ? 24 : 1) * count;
}

/// Requires: the schema accepts `value`.
Recipe to_recipe(const Value &value, const std::filesystem::path &path) {
    Recipe recipe;
    recipe.path = path;
    recipe.name = value.text_or("name");
    recipe.description = value.text_or("description");
    const Value &source = *value.find("source");
    recipe.source_file = source_file(source);
    recipe.source_image = recipe.source_file ? source_file_name(source) : source.text_or("image");
    recipe.source_images = source.texts("images").value_or(recipe.source_images);
    if (const Value *properties = source.find("properties"))
        for (const Field &field : properties->fields)
            recipe.source_properties[field.key] = field.value.scalar;
    recipe.newest_source = source.flag_or("newest", false);
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
    if (const Value *disk = value.find("disk"))
        recipe.disk = to_disk(*disk);
    if (const Value *output = value.find("output"))
        recipe.output = to_output(*output);
    if (const Value *secrets = value.find("secrets"))
        recipe.secrets = secrets->fields;
    if (const Value *rebuild = value.find("rebuild")) {
        recipe.rebuild_after = to_age(rebuild->text_or("after"));
        const auto when = rebuild->texts("when").value_or(std::vector<std::string>());
        recipe.rebuild_for_packages = std::ranges::find(when, "packages") != when.end();
    }
    recipe.volatile_paths = value.texts("volatile").value_or(recipe.volatile_paths);
    recipe.in_given_order = value.find(k_step_list) != nullptr;
    for (const Field *section : section_fields(value))
        recipe.sections.push_back({section->key, section->value});
    return recipe;
}

const SchemaChecker &checker() {
    static const SchemaChecker prepared(merged_recipe_schema());
    return prepared;
}

const SchemaChecker &fragment_checker() {
    static const SchemaChecker prepared(fragment_schema());
    return prepared;
}

/// A machine with a disk of min_disk must be able to hold the image. Requires: the schema accepts
/// `recipe`.
void check_min_disk(const Value &recipe, const std::string &file,
                    const std::vector<std::string> &lines, Diagnostics &found) {
    const Value *disk = recipe.find("disk");
    const Value *publish = recipe.find("publish");
    const Value *least = publish == nullptr ? nullptr : publish->find("min_disk");
    if (disk == nullptr || least == nullptr || least->kind != Value::Kind::integer)
        return;
    const std::int64_t gib = std::int64_t{1} << 30;
    const std::int64_t size = to_disk(*disk).size_bytes.value_or(0);
    const std::int64_t needed = (size + gib - 1) / gib;
    if (const auto number = optional_number(*publish, "min_disk"); number && *number < needed)
        found.add(error_at(file, least->mark, lines,
                           fmt::format("'min_disk' is {}, but the disk has {} of 'disk.size'",
                                       *number, shorten(disk->text_or("size"))),
                           fmt::format("write 'min_disk: {}', or leave it out", needed)));
}

/// Requires: the schema accepts `recipe`.
void check_output(const Value &recipe, const RecipeFile &file, Diagnostics &found) {
    const Value *output = recipe.find("output");
    const Value *compress = output == nullptr ? nullptr : output->find("compress");
    if (compress != nullptr && compress->scalar != "none" && output->text_or("format") != "qcow2")
        found.add(error_at(file.name, compress->mark, file.lines,
                           "only a qcow2 image can be compressed",
                           "write 'format: qcow2' as well"));
}

/// What must hold between the variables of a row and the recipe.
void require_use(const MatrixRow &row, const CheckedFile &recipe, Diagnostics &found) {
    for (const auto &[name, value] : row.values)
        if (name != "row" && !recipe.used.contains(name))
            found.add(error_at(recipe.file.name, row.mark, recipe.file.lines,
                               fmt::format("nothing uses the variable '{}' of this row", name),
                               fmt::format("write ${{{}}} where it is meant", name)));
}

LoadedRecipe load_row(const ParsedFile &parsed, const std::filesystem::path &path,
                      GivenVariables given, const MatrixRow &row) {
    given.row = row.values;
    CheckedFile checked = check_file(parsed, given, checker(), checker());
    LoadedRecipe loaded;
    loaded.diagnostics = std::move(checked.found);
    if (!checked.value) {
        loaded.sections = std::move(checked.sound);
        loaded.files = {std::move(checked.file)};
        return loaded;
    }
    require_use(row, checked, loaded.diagnostics);
    check_source(*checked.value, checked.file, loaded.diagnostics);
    check_min_disk(*checked.value, checked.file.name, checked.file.lines, loaded.diagnostics);
    check_output(*checked.value, checked.file, loaded.diagnostics);
    Includes includes({fragment_checker(), checker()}, host_root_of(checked.file.directory),
                      given.environment);
    const Value value = includes.merged(checked);
    loaded.files = includes.files();
    loaded.diagnostics.merge(includes.found());
    check_record_facts(value, loaded.files, loaded.diagnostics);
    Recipe recipe = to_recipe(value, path);
    if (loaded.diagnostics.has_errors()) {
        loaded.sections = std::move(recipe.sections);
        return loaded;
    }
    recipe.directory = checked.file.directory;
    recipe.included = includes.paths();
    recipe.sha256 = base::sha256_hex(parsed.bytes + includes.bytes());
    if (!row.name.empty())
        recipe.name += "/" + row.name;
    loaded.recipe = std::move(recipe);
    return loaded;
}

std::string published_name(const Recipe &recipe) {
    return recipe.publish.name.value_or(recipe.source_image);
}

/// What is put in from the source's record is known when that has been found.
bool publish_one_name(const Recipe &one, const Recipe &other) {
    return published_name(one) == published_name(other) &&
           one.source_images == other.source_images &&
           (one.source_image == other.source_image ||
            base::facts_named_in(published_name(one)).empty());
}

/// Two rows that publish one name would take it from each other.
void require_distinct(const std::vector<MatrixRow> &rows, std::vector<LoadedRecipe> &all) {
    for (std::size_t i = 1; i < all.size(); ++i)
        for (std::size_t before = 0; before < i; ++before) {
            const auto &one = all[before].recipe;
            const auto &other = all[i].recipe;
            if (!one || !other || !publish_one_name(*one, *other))
                continue;
            const RecipeFile &file = all[i].files.at(0);
            all[i].diagnostics.add(error_at(
                file.name, rows[i].mark, file.lines,
                fmt::format("the rows '{}' and '{}' publish the same name, '{}'", rows[before].name,
                            rows[i].name, base::escape(published_name(*other))),
                "use a variable of the row in publish.name"));
            all[i].recipe.reset();
            break;
        }
}

std::vector<LoadedRecipe> load_rows(const ParsedFile &parsed, const std::filesystem::path &path,
                                    const GivenVariables &given) {
    std::vector<LoadedRecipe> all;
    Diagnostics found = parsed.found;
    std::vector<MatrixRow> rows;
    if (parsed.read)
        rows = matrix_rows(parsed.read->value, parsed.file.name, parsed.file.lines, found);
    const bool is_without = parsed.read && rows.empty();
    if (is_without) // what is wrong with its form, the schema says
        rows.push_back(any_row(parsed.read->value));
    all.reserve(rows.size());
    for (const MatrixRow &row : rows)
        all.push_back(load_row(parsed, path, given, row));
    if (is_without && all.front().recipe && !found.has_errors()) {
        const Mark mark = parsed.read->value.find("matrix")->mark;
        found.add(error_at(parsed.file.name, mark, parsed.file.lines, "the matrix has no rows",
                           "'without' leaves all of them out"));
    }
    require_distinct(rows, all);
    if (all.empty() || found.has_errors()) {
        LoadedRecipe &first = all.empty() ? all.emplace_back() : all.front();
        if (first.files.empty())
            first.files = {parsed.file};
        first.diagnostics.merge(std::move(found));
        if (first.diagnostics.has_errors())
            first.recipe.reset();
    }
    return all;
}

} // namespace

std::vector<LoadedRecipe> load_recipes(const std::filesystem::path &path,
                                       const GivenVariables &given) {
    return load_rows(parse_file(path, path.string()), path, given);
}

LoadedRecipe load_recipe_text(std::string_view text, const std::filesystem::path &path,
                              const GivenVariables &given) {
    return std::move(load_rows(parse_text(text, path, path.string()), path, given).front());
}

bool check_recipe_value(const Value &recipe, Diagnostics &diagnostics) {
    checker().check(recipe, {}, {}, diagnostics);
    check_step_list(recipe, checker(), {}, {}, diagnostics);
    return !diagnostics.has_errors();
}

std::string recipe_schema() {
    return recipe_schema_with_variables().dump(2) + "\n";
}

std::string printed_fragment_schema() {
    return fragment_schema_with_variables().dump(2) + "\n";
}

std::string plan_schema() {
    return std::string(std::ranges::find(embedded_schemas(), "plan", &EmbeddedSchema::name)->text);
}

} // namespace retouch::recipe
