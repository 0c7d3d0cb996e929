// Wrong recipes and the complete text a user sees for each. UPDATE_GOLDEN=1 rewrites the texts.

#include "base/file.hpp"
#include "recipe/load.hpp"
#include "render/text/diagnostics.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>

using namespace retouch;

namespace {

constexpr std::size_t k_most = std::size_t{1} << 20;

std::vector<std::filesystem::path> wrong_recipes() {
    std::vector<std::filesystem::path> paths;
    const std::filesystem::path folder =
        std::filesystem::path(RETOUCH_SOURCE_DIR) / "tests/recipes_bad";
    for (const auto &entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".yaml")
            paths.push_back(entry.path());
    std::ranges::sort(paths);
    return paths;
}

} // namespace

TEST_CASE("wrong recipes: each is refused with exactly its text") {
    const auto paths = wrong_recipes();
    REQUIRE(paths.size() > 70);
    for (const std::filesystem::path &path : paths) {
        DYNAMIC_SECTION(path.stem().string()) {
            const recipe::LoadedRecipe loaded =
                recipe::load_recipe_text(base::read_file(path, k_most), path.filename(), {});
            CHECK_FALSE(loaded.recipe);
            const std::string text = render::render_diagnostics(loaded.diagnostics.sorted(), false);
            CHECK(text.find(": error: ") != std::string::npos);
            CHECK(text.find("this does not fit the schema") == std::string::npos);
            CHECK(text.find("this cannot be read as") == std::string::npos);
            const auto golden = std::filesystem::path(path).replace_extension(".txt");
            if (std::getenv("UPDATE_GOLDEN") != nullptr)
                base::write_file_atomically(golden, text);
            CHECK(base::read_file(golden, k_most) == text);
        }
    }
}
