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

bool is_written(const Target &target) {
    return !target.steps.empty() || (target.output && target.output->trim);
}

bool is_opened(const Target &target) {
    return is_written(target) || !target.facts.empty();
}

void require_means(const Target &target, GuestKind guest) {
    const bool opens = is_opened(target) || grows_root(target);
    if (target.action == Action::create && opens && target.kept() == nullptr)
        guest::require_means(guest, needs_network(target));
}

} // namespace retouch::plan
