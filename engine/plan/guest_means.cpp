#include "plan/guest_means.hpp"

#include "guest/means.hpp"
#include "plan/disk_plan.hpp"
#include "retouch/step_kind.hpp"

#include <algorithm>

namespace retouch::plan {

bool needs_network(const Target &target) {
    return std::ranges::any_of(target.steps, [](const PlannedStep &planned) {
        return find_step_kind(planned.step.kind)->needs(planned.step).network;
    });
}

void require_means(const Target &target, GuestKind guest) {
    const bool opens = !target.steps.empty() || grows_root(target);
    if (target.action == Action::create && opens && target.kept() == nullptr)
        guest::require_means(guest, needs_network(target));
}

} // namespace retouch::plan
