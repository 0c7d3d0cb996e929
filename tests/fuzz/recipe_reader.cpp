// Whatever bytes a recipe holds, loading it ends, quickly, with a recipe or with errors.

#include "recipe/load.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    constexpr std::size_t k_longest = std::size_t{64} * 1024;
    if (size > k_longest)
        return 0;
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    const retouch::recipe::LoadedRecipe loaded =
        retouch::recipe::load_recipe_text(text, "fuzz.yaml", {});
    if (loaded.recipe.has_value() == loaded.diagnostics.has_errors())
        std::abort();
    for (const retouch::Diagnostic &item : loaded.diagnostics.sorted())
        if (item.message.empty() || item.position.line < 0 || item.position.column < 0)
            std::abort();
    return 0;
}
