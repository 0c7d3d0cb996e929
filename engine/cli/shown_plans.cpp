// Shown plans: see the header. A plan that is refused after it was shown is not counted.

#include "cli/shown_plans.hpp"

#include "cli/documents.hpp"

#include <utility>

namespace retouch::cli {

void ShownPlans::show(const Plan &plan) {
    last_ = render::plan_summary(plan);
    if (format_ == "markdown")
        markdown_.add(plan);
    else
        context_.console.out(
            shown_plan(plan, format_, context_.console.out_colour(), shown_++ > 0));
}

void ShownPlans::count(const Plan &plan) {
    counts_ += render::count_plan(plan);
    if (recipes_ > 1)
        last_.clear();
    if (std::string fault = render::plan_fault(plan); !fault.empty())
        failures_.push_back({plan.targets.front().recipe.path, std::move(fault)});
}

void ShownPlans::fail(const render::RecipeFailure &failure) {
    constexpr int k_refused = 5;
    const char *why = failure.exit_code == k_refused ? "refused" : "not saved";
    failures_.push_back({failure.path, last_.empty() ? "no plan" : why});
    markdown_.add(failure);
    last_.clear();
    if (format_ != "json")
        return;
    try {
        context_.console.out(render::to_json(failure).dump(2) + "\n");
    } catch (const Error &) {
        // It is said on standard error all the same.
    }
}

void ShownPlans::finish() {
    if (format_ == "markdown")
        context_.console.out(markdown_.text(summary()));
    show_total(context_, format_, recipes_ > 1, !failures_.empty(), summary());
}

void ShownPlans::finish_beside_error() noexcept {
    try {
        if (format_ == "markdown")
            context_.console.out(markdown_.text(summary()));
    } catch (const std::exception &) {
        // What is thrown next is worse.
    }
}

std::string ShownPlans::summary() const {
    return recipes_ == 1 && !last_.empty() ? last_
                                           : render::plans_summary(counts_, recipes_, failures_);
}

} // namespace retouch::cli
