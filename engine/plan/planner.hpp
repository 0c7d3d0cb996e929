#pragma once
// The planner: recipe plus a look at the world gives a Plan. It receives read-only faces only and
// therefore cannot write. It opens a guest only when there is something to rebuild.

#include "plan/check.hpp"
#include "plan/counted_images.hpp"
#include "retouch/catalog.hpp"
#include "retouch/guest.hpp"
#include "retouch/plan.hpp"

#include <functional>

namespace retouch::plan {

struct PlanOptions {
    /// Build from the current generation when its source is gone (--from-current).
    bool from_current = false;
    /// Build anew what is as the recipe says (--rebuild).
    bool rebuild = false;
    /// Do not build anew to see whether packages are newer: that has been done.
    bool leave_packages = false;
    /// Globs of properties that do not come over, besides the recipe's: those of the catalog.
    std::vector<std::string> drop_properties = {};
};

/// Everything of a plan that needs no guest: source, action, properties, publish fields. The steps
/// of a target with Action::create have state unknown until preview_steps() looked.
/// Throws Error: failed when the source is unknown, ambiguous or gone.
[[nodiscard]] Plan resolve_plan(const CheckedRecipe &checked, const CatalogView &catalog,
                                const PlanOptions &options);

/// The target of a plan for a source that is found already. Throws Error as resolve_plan() does.
[[nodiscard]] Target plan_target(const CheckedRecipe &checked, Lineage lineage,
                                 const CountedImages &counted, const CatalogView &catalog,
                                 const PlanOptions &options);

/// Fills in the foreseen change of each step of `target` by looking at the opened source.
void preview_steps(Target &target, const GuestView &guest);

/// What it returns may be shared with the plans of other recipes.
using OpenView = std::function<std::shared_ptr<const GuestView>(const Disk &disk)>;

/// resolve_plan(), then the look for every target that will be built and has steps, or a root that
/// shall grow: what becomes of the disk is filled in, then preview_steps(). `guest`
/// is the kind that apply will use. Throws Error, too, when it could not be used here.
[[nodiscard]] Plan make_plan(const CheckedRecipe &checked, const CatalogView &catalog,
                             const PlanOptions &options, const OpenView &open_view,
                             GuestKind guest = GuestKind::appliance);

} // namespace retouch::plan
