#pragma once
// Apply: lock, stage, steps, checks, seal, register, hand over; undone in reverse when anything
// fails before hand-over. It obeys a Plan and re-checks what the plan assumed; it prints nothing.

#include "base/secret_values.hpp"
#include "model/run_mark.hpp"
#include "plan/planner.hpp"
#include "retouch/catalog.hpp"
#include "retouch/event.hpp"
#include "retouch/report.hpp"

#include <functional>

namespace retouch::apply {

using OpenGuest = std::function<std::unique_ptr<Guest>(
    const Disk &disk, const GuestOptions &options, EventSink &events)>;

using GrowRoot =
    std::function<DiskGrowth(const Disk &disk, const DiskWish &wish, std::int64_t before,
                             const GuestOptions &options, EventSink &events)>;

struct ApplyOptions {
    GuestKind guest = GuestKind::appliance;
    CommandLimits limits = {}; ///< of every command of a guest
    ApplianceKind appliance = ApplianceKind::best;
    plan::PlanOptions plan;
    base::SecretValues secrets = {}; ///< that the steps of the plan name
    /// So many targets may fail before no further one is begun; 0: any number.
    std::size_t stop_after = 0;
    /// Called once for each target there is work for, before anything is made or opened; what it
    /// throws ends the run.
    std::function<void()> begin_work = {};
    OpenGuest open_guest = retouch::open_guest; ///< the seam where tests put guests that fail
    GrowRoot grow_root = retouch::grow_root;    ///< likewise
};

/// Asked once, when there are changes, after the plan is complete and before anything is written
/// into the stage; false cancels.
using Confirm = std::function<bool(const Plan &plan)>;

/// Plans on the stage itself and applies: one guest launch per target. A target's failure is in the
/// report; Error is thrown only for what concerns no target (lock held, cancelled, bad catalog).
[[nodiscard]] Report apply_recipe(const plan::CheckedRecipe &checked, Catalog &catalog,
                                  const ApplyOptions &options, const Confirm &confirm,
                                  EventSink &events);

/// The same for several, one after the other, in one run and one report. What would be thrown about
/// one of them is its failure, and the next is begun; when an interruption is due, or as many
/// failed as options say, the rest is told as not started. Throws Error: that the user declined.
[[nodiscard]] Report apply_recipes(const std::vector<plan::CheckedRecipe> &recipes,
                                   Catalog &catalog, const ApplyOptions &options,
                                   const Confirm &confirm, EventSink &events);

/// Does exactly what a saved plan says; of a target that is as the plan would make it, because it
/// was applied before, it says so. Throws Error: stale, naming what moved.
[[nodiscard]] Report apply_plan(const Plan &plan, Catalog &catalog, const ApplyOptions &options,
                                const Confirm &confirm, EventSink &events);

/// Clears what runs that died left behind on this host: helper processes, temporary directories,
/// locks. Touches no image. Cheap when there is nothing. Emits a notice per thing cleared.
void recover_host(Catalog &catalog, EventSink &events);

/// The same, and clears stages and unfinished records of this project, puts aside what a run that
/// had handed over its image did not get to, and removes kept stages whose plan has expired.
/// apply_recipe() and apply_plan() do it once the user has agreed.
void recover(Catalog &catalog, EventSink &events);

/// Clears what runs that died, here or on another host, left unfinished under that name. Requires:
/// the lock of the name is held, so that no living run can be meant.
void clear_unfinished(Catalog &catalog, const std::string &name, const model::RunMark &ours,
                      EventSink &events);

} // namespace retouch::apply
