// What counts is the policy that the image will have after the steps, where a recipe's own files
// say so. What a command does to it nobody knows before.

#include "plan/label_notes.hpp"

#include "base/text.hpp"
#include "guest/selinux/policy.hpp"

#include <fmt/format.h>

#include <optional>

namespace retouch::plan {

namespace {

std::vector<std::string> notes_on_all_labels(const GuestView &after) {
    const std::optional<std::string> policy = guest::named_policy(after);
    if (!policy)
        return {"nothing is labelled: the image has no SELinux policy with rules for labels"};
    const std::string name = base::escape(*policy);
    if (!guest::has_usable_rules(after, *policy))
        return {fmt::format("nothing is labelled: the rules of the image's SELinux policy '{}' are "
                            "larger than 16 MiB",
                            name)};
    return {
        fmt::format("all files are labelled as the image's SELinux policy '{}' wants it", name)};
}

} // namespace

LabelScope label_scope(const std::vector<PlannedStep> &steps, const Facts &facts) {
    LabelScope scope = LabelScope::changed;
    for (const PlannedStep &planned : steps)
        if (const auto labels = find_step_kind(planned.step.kind)->labels;
            labels != nullptr && planned.step.systems.include(facts.os()))
            scope = labels(planned.step);
    return scope;
}

std::vector<std::string> notes_on_labels(const GuestView &guest, const GuestView &after,
                                         LabelScope scope) {
    if (scope == LabelScope::all)
        return notes_on_all_labels(after);
    if (scope == LabelScope::none)
        return {"what the steps make gets no SELinux label: the recipe says 'relabel: none'"};
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
