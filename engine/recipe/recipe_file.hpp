#pragma once
// One file of a recipe: its bytes read strictly, variables put in, held against a schema. What it
// includes, and what its sections mean, is not looked at.

#include "recipe/mistaken_lines.hpp"
#include "recipe/schema/schema_check.hpp"
#include "recipe/variables.hpp"
#include "recipe/yaml/yaml_reader.hpp"
#include "retouch/recipe.hpp"

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::recipe {

/// A file as YAML.
struct ParsedFile {
    RecipeFile file;
    std::string bytes;
    std::optional<YamlAroundMistakes> read; ///< absent when nothing of it can be trusted
    Diagnostics found;
};

/// Never throws for anything the file holds or is; Error: interrupted.
[[nodiscard]] ParsedFile parse_file(const std::filesystem::path &path, const std::string &name);

/// The same for bytes already in memory.
[[nodiscard]] ParsedFile parse_text(std::string_view bytes, const std::filesystem::path &path,
                                    const std::string &name);

/// The same for a file of variables. One that ends outside its work tree is not read.
[[nodiscard]] ParsedFile parse_variables(const std::filesystem::path &path);

struct CheckedFile {
    RecipeFile file;
    std::optional<Value> value; ///< what the schema accepts; absent when there are errors
    std::vector<Section> sound; ///< of a wrong file, what may be judged further
    std::set<std::string> used; ///< variables it refers to
    Diagnostics found;
};

/// `parsed` with variables put in, against `checker`. Sections are held against the recipe's,
/// `sections`. Requires: parsed.read.
[[nodiscard]] CheckedFile check_file(const ParsedFile &parsed, const GivenVariables &given,
                                     const SchemaChecker &checker, const SchemaChecker &sections);

/// "-", or the name the system has for it: the paths such a recipe names are relative to the
/// working directory.
[[nodiscard]] bool is_standard_input(const std::filesystem::path &path);

} // namespace retouch::recipe
