#pragma once
// Shown plans: the plans of one call as standard output gets them, and its last line, which tells
// of all of them. Text and JSON come plan by plan, markdown is one document at the end. What a plan
// looks like is render's.

#include "cli/context.hpp"
#include "render/call_summary.hpp"
#include "render/markdown/plan_markdown.hpp"
#include "retouch/error.hpp"
#include "retouch/plan.hpp"

#include <string>
#include <vector>

namespace retouch::cli {

class ShownPlans {
  public:
    /// `format` is text, json or markdown.
    ShownPlans(Context &context, std::string format, std::size_t recipes)
        : context_(context), format_(std::move(format)), recipes_(recipes), markdown_(recipes) {}

    /// Throws Error, as Console::out.
    void show(const Plan &plan);

    /// The plan shown last can be had: it was not refused afterwards.
    void count(const Plan &plan);

    /// The recipe has no plan, or it was refused.
    void fail(const render::RecipeFailure &failure);

    /// Says what they come to, unless the only plan has said it. Throws Error, as Console::out.
    void finish();

    /// The same when the call ends with an error, which says itself what went wrong.
    void finish_beside_error() noexcept;

  private:
    [[nodiscard]] std::string summary() const;

    Context &context_;
    std::string format_;
    std::size_t recipes_;
    std::size_t shown_ = 0;
    render::PlanCounts counts_;
    std::vector<render::Failure> failures_;
    std::string last_; ///< summary of a plan that was shown: of the only one, or not yet counted
    render::PlansMarkdown markdown_;
};

} // namespace retouch::cli
