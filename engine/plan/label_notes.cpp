// What counts is the policy that the image will have after the steps, where a recipe's own files
// say so. What a command does to it nobody knows before.

#include "plan/label_notes.hpp"

#include "base/text.hpp"
#include "guest/selinux/policy.hpp"
#include "plan/foreseen_guest.hpp"
#include "retouch/step_kind.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace retouch::plan {

namespace {

bool may_write(const PlannedStep &planned) {
    const StepState state = planned.change.state;
    return !find_step_kind(planned.step.kind)->only_looks &&
           (state == StepState::unknown || state == StepState::change);
}

} // namespace

std::vector<std::string> notes_on_labels(const Target &target, const GuestView &guest) {
    if (std::ranges::none_of(target.steps, may_write))
        return {};
    std::set<std::string> places = guest::policy_places(guest);
    // A policy that a step names may come with the recipe, too.
    places.merge(guest::policy_places(ForeseenGuest(guest, target.steps, places)));
    const ForeseenGuest after(guest, target.steps, places);
    const std::optional<std::string> policy = guest::labelling_policy(after);
    if (!policy && !guest::labelling_policy(guest))
        return {};
    if (!policy && after.lstat("/.autorelabel"))
        return {"what the steps make gets no SELinux label: a step puts /.autorelabel there, so "
                "that the first boot labels all of the image"};
    if (!policy)
        return {"what the steps make gets no SELinux label: with the files that steps put there or "
                "remove, no policy of the image is switched on"};
    const std::string name = base::escape(*policy);
    if (!guest::has_usable_rules(after, *policy))
        return {fmt::format("what the steps make gets no SELinux label: the rules of the image's "
                            "SELinux policy '{}' are larger than 16 MiB",
                            name)};
    return {fmt::format(
        "what the steps make is labelled as the image's SELinux policy '{}' wants it", name)};
}

} // namespace retouch::plan
