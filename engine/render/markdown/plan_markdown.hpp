#pragma once
// Plans as markdown for a review system: one document of one comment's length for all plans of a
// call. What it comes to, whoever failed and a row per image stand first and stay; below is a block
// to open per image, and of those diffs go first when it gets too long. It says what the text view
// says.

#include "render/markdown/target_markdown.hpp"
#include "render/recipe_failure.hpp"
#include "retouch/plan.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace retouch::render {

/// What review systems take as one comment, with room for what a poster adds.
inline constexpr std::size_t k_markdown_bytes = 60'000;

class PlansMarkdown {
  public:
    /// Of `recipes` recipes.
    explicit PlansMarkdown(std::size_t recipes) : recipes_(recipes) {}

    void add(const Plan &plan);

    void add(RecipeFailure failure) { failures_.push_back(std::move(failure)); }

    /// The document; ends with a newline. `summary` is what all of it comes to. A single plan
    /// without changes is one line behind the marker. At most `max_bytes` long, which are at least
    /// 1,000.
    [[nodiscard]] std::string text(const std::string &summary,
                                   std::size_t max_bytes = k_markdown_bytes) const;

  private:
    /// Of one target, from all to brief.
    using Block = std::array<std::string, 3>;

    [[nodiscard]] std::string heading() const;
    [[nodiscard]] std::string failures() const;
    [[nodiscard]] std::string table(bool with_idle) const;

    std::size_t recipes_;
    std::string marker_;  ///< name of the only recipe
    std::string heading_; ///< of the only plan
    std::string catalog_;
    std::string rehearsal_; ///< of the only plan
    std::string problems_;
    bool changes_ = false;
    std::vector<std::vector<std::string>> rows_;
    std::vector<bool> idle_; ///< rows of images with nothing to do
    std::vector<Block> blocks_;
    std::vector<RecipeFailure> failures_;
};

/// The document of one plan.
[[nodiscard]] std::string plan_markdown(const Plan &plan, std::size_t max_bytes = k_markdown_bytes);

} // namespace retouch::render
