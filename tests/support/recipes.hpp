#pragma once
// Checked recipes and records for tests of plan and apply. Recipes are real ones, read from text in
// a directory of their own.

#include "base/file.hpp"
#include "plan/check.hpp"
#include "render/text/diagnostics.hpp"

#include <filesystem>
#include <stdexcept>
#include <string>

namespace retouch::test {

/// A directory that holds recipes and the files they inject.
class RecipeDirectory {
  public:
    RecipeDirectory() : directory_(std::filesystem::temp_directory_path(), "recipes-") {}

    [[nodiscard]] std::filesystem::path write(const std::string &name, const std::string &text) {
        const auto path = directory_.path() / name;
        std::filesystem::create_directories(path.parent_path());
        base::write_file_atomically(path, text);
        return path;
    }

    /// Throws std::runtime_error with the diagnostics when the recipe is not valid.
    [[nodiscard]] plan::CheckedRecipe check(const std::string &text) {
        Diagnostics diagnostics;
        auto checked = plan::check_recipe(write("recipe.yaml", text), {}, diagnostics);
        if (checked.empty())
            throw std::runtime_error(render::render_diagnostics(diagnostics.sorted(), false));
        return std::move(checked.front());
    }

  private:
    base::TemporaryDirectory directory_;
};

inline Image image(const std::string &id, const std::string &name, const std::string &created) {
    Image image;
    image.id = id;
    image.name = name;
    image.created_at = created;
    image.updated_at = created;
    image.checksums["sha512-used"] = "digest-of-" + id;
    return image;
}

/// An image that `recipe` made from `source`.
inline Image generation(const std::string &id, const std::string &name, const std::string &created,
                        const std::string &recipe, const std::string &source) {
    Image made = image(id, name, created);
    made.properties[lineage::k_recipe] = recipe;
    made.properties[lineage::k_source] = source;
    made.properties[lineage::k_source_digest] = "sha512-used:digest-of-" + source;
    return made;
}

} // namespace retouch::test
