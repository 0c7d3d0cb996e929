#pragma once
// Planned images: the plans of the images that one recipe means, and of all recipes of a call, with
// what rehearsals keep until they are saved.

#include "apply/kept.hpp"
#include "cli/context.hpp"
#include "cli/selection.hpp"
#include "plan/check.hpp"
#include "plan/planner.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace retouch::cli {

/// A plan, and what its rehearsals keep until it is saved.
struct Planned {
    Plan plan;
    std::vector<apply::KeptStages> kept = {};

    void add(Planned more);

    /// It is safe: what its rehearsals keep stays for it. Throws Error.
    void confirm();
};

/// One that cannot be planned keeps no other from its plan. For one thread.
class ImagesOfRecipe {
  public:
    /// It borrows all.
    ImagesOfRecipe(const plan::CheckedRecipe &checked, const Selection &selection,
                   const plan::PlanOptions &options, Context &context)
        : checked_(checked), selection_(selection), options_(options), context_(context) {}

    /// `act` plans one of them. Its Error is said on standard error; of the only one, and when none
    /// has a plan, it is thrown.
    void plan(const CatalogView &catalog,
              const std::function<Planned(const plan::CheckedRecipe &)> &act);

    [[nodiscard]] bool is_empty() const { return planned_.plan.targets.empty(); }

    /// How many have no plan.
    [[nodiscard]] std::size_t failed() const { return failed_; }

    [[nodiscard]] const Planned &planned() const { return planned_; }

    [[nodiscard]] Planned take() { return std::move(planned_); }

  private:
    const plan::CheckedRecipe &checked_;
    const Selection &selection_;
    const plan::PlanOptions options_;
    Context &context_;
    Planned planned_;
    std::size_t failed_ = 0;
};

} // namespace retouch::cli
