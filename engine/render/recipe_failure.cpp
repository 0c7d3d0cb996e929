// Recipe failure: as JSON, where the key `error` tells it from the other documents, and as an entry
// of a markdown list.

#include "render/recipe_failure.hpp"

#include "base/text.hpp"
#include "render/effect_words.hpp"
#include "render/markdown/markdown.hpp"

#include <fmt/format.h>

namespace retouch::render {

namespace {

constexpr std::size_t k_longest_part = 600;

std::string failure_words(const std::string &text) {
    return markdown_words(base::clipped(base::on_one_line(text), k_longest_part));
}

} // namespace

Json to_json(const RecipeFailure &failure) {
    return {
        {"format_version", k_failure_format_version},
        {"recipe", {{"path", failure.path}, {"name", failure.name}}},
        {"error",
         {{"message", failure.message}, {"hint", failure.hint}, {"exit_code", failure.exit_code}}}};
}

std::string failure_markdown(const RecipeFailure &failure) {
    std::string text =
        fmt::format("- {}: {}\n", markdown_code(base::clipped(failure.path, k_longest_part)),
                    failure_words(failure.message));
    if (!failure.hint.empty())
        text += fmt::format("  ({})\n", failure_words(failure.hint));
    return text;
}

} // namespace retouch::render
