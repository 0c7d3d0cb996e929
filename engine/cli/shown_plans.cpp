// Shown plans: see the header. A plan that is refused after it was shown is not counted.

#include "cli/shown_plans.hpp"

#include "cli/documents.hpp"

#include <utility>

namespace retouch {

void ShownPlans::show(const Plan &plan) {
    context_.console.out(shown_plan(plan, format_, context_.console.out_colour(), shown_++ > 0));
}

void ShownPlans::count(const Plan &plan) {
    counts_ += count_plan(plan);
    if (std::string fault = plan_fault(plan); !fault.empty())
        failures_.push_back({plan.recipe.path, std::move(fault)});
}

void ShownPlans::fail(const std::filesystem::path &recipe, const Error &error, bool thrown) {
    failures_.push_back({recipe.string(), "no plan"});
    if (!thrown)
        context_.console.error(about_recipe(error, recipe));
}

void ShownPlans::finish() {
    show_total(context_, format_, recipes_ > 1, !failures_.empty(),
               plans_summary(counts_, recipes_, failures_));
}

} // namespace retouch
