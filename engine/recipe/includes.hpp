#pragma once
// Includes: the files a recipe takes sections from, read each with variables of its own, and what
// the recipe says together with them. Their entries come before those of who includes them.

#include "recipe/recipe_file.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace retouch::recipe {

/// How to check a file that is included.
struct FragmentSchemas {
    const SchemaChecker &fragment;
    const SchemaChecker &recipe;
};

class Includes {
  public:
    using Environment = std::function<std::optional<std::string>(const std::string &)>;

    /// `root`: all of them lie in it. It borrows the schemas.
    Includes(FragmentSchemas schemas, std::filesystem::path root, Environment environment)
        : schemas_(schemas), root_(std::move(root)), environment_(std::move(environment)) {}

    /// `recipe` with what it includes, if anything. Requires: a schema accepts its value. Where
    /// found() then has errors, the value says not all.
    [[nodiscard]] Value merged(const CheckedFile &recipe);

    /// Marks of the merged value count these; the first is the recipe's.
    [[nodiscard]] const std::vector<RecipeFile> &files() const { return files_; }

    /// Absolute, in the order they were read, each once.
    [[nodiscard]] const std::vector<std::filesystem::path> &paths() const { return paths_; }

    /// Of what was read, one after the other; empty when nothing was.
    [[nodiscard]] const std::string &bytes() const { return bytes_; }

    [[nodiscard]] const Diagnostics &found() const { return found_; }

  private:
    /// One entry of `include`.
    struct Wish {
        const Value &entry; ///< for its place
        const Value &file;
        std::map<std::string, std::string> variables;
        std::filesystem::path path; ///< absolute, normal
    };

    void add(const Value &including, std::size_t number);
    void add(const Wish &wish, std::size_t number);
    [[nodiscard]] bool may_be_added(const Wish &wish, std::size_t number);
    [[nodiscard]] bool declares_all(const Wish &wish, const ParsedFile &parsed, std::size_t number);
    void put_before(Value &recipe, Value fragment);
    void put_before(Value &section, Value more, const std::string &key);
    void refuse(const Mark &mark, std::size_t number, std::string message, std::string hint = {});

    FragmentSchemas schemas_;
    std::filesystem::path root_;
    Environment environment_;
    std::vector<RecipeFile> files_;
    std::vector<std::filesystem::path> paths_;
    std::vector<std::filesystem::path> above_; ///< of the file that is read, those that led to it
    std::set<std::string> done_;               ///< files with the variables they were given
    std::vector<Value> fragments_;
    std::string bytes_;
    Diagnostics found_;
};

} // namespace retouch::recipe
