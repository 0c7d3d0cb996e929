#include "plan/limit_check.hpp"

#include "base/interrupt.hpp"
#include "base/path_glob.hpp"
#include "base/text.hpp"
#include "model/limit_words.hpp"
#include "model/volatile_change.hpp"
#include "retouch/step_kind.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::plan {

namespace {

void check_paths(const Target &target, const ObservedStep &observed,
                 std::vector<Violation> &found) {
    for (const EntryChange &change : observed.effect.files) {
        base::check_interrupt();
        const bool allowed =
            std::ranges::any_of(*target.limits.may_change, [&](const std::string &glob) {
                return base::matches_path(glob, change.path);
            });
        if (!allowed && !model::is_volatile_change(change, target.volatile_paths))
            found.push_back({LimitKind::may_change, observed.step.id, change.path});
    }
}

void check_packages(const Target &target, const ObservedStep &observed,
                    std::vector<Violation> &found) {
    for (const PackageChange &change : observed.effect.packages) {
        const std::string name = change.name.substr(0, change.name.find(':'));
        const bool allowed =
            std::ranges::any_of(*target.limits.packages, [&](const std::string &glob) {
                return base::matches_name(glob, name);
            });
        if (!allowed)
            found.push_back({LimitKind::packages, observed.step.id, change.name});
    }
}

void check_sum(const Target &target, const std::vector<ObservedStep> &steps,
               std::vector<Violation> &found) {
    std::uint64_t sum = 0;
    for (const ObservedStep &observed : steps)
        sum += observed.effect.bytes_written;
    if (sum > static_cast<std::uint64_t>(*target.limits.bytes_written))
        found.push_back({LimitKind::bytes_written, "", base::format_bytes(sum)});
}

const Step *find_step(const Target &target, const std::string &id) {
    for (const PlannedStep &planned : target.steps)
        if (planned.step.id == id)
            return &planned.step;
    return nullptr;
}

} // namespace

std::vector<Violation> forbidden_steps(const Target &target) {
    std::vector<Violation> found;
    if (target.limits.no_network)
        for (const PlannedStep &planned : target.steps)
            if (find_step_kind(planned.step.kind)->needs(planned.step).network)
                found.push_back({LimitKind::no_network, planned.step.id, ""});
    return found;
}

std::vector<Violation> violations(const Target &target, const std::vector<ObservedStep> &steps) {
    const Limits &limits = target.limits;
    std::vector<Violation> found;
    if (limits.may_change)
        for (const ObservedStep &observed : steps)
            check_paths(target, observed, found);
    if (limits.packages)
        for (const ObservedStep &observed : steps)
            check_packages(target, observed, found);
    if (limits.bytes_written)
        check_sum(target, steps, found);
    if (limits.no_new_setuid)
        for (const ObservedStep &observed : steps)
            for (const EntryChange &change : observed.effect.files)
                if (gives_rights(change))
                    found.push_back({LimitKind::no_new_setuid, observed.step.id, change.path});
    return found;
}

std::string describe(const Violation &violation, const Target &target) {
    const std::string what =
        model::limit_complaint(violation.limit, base::escape(violation.what), false, target.limits);
    const Step *step = find_step(target, violation.step);
    if (step == nullptr)
        return "the steps together " + what;
    return fmt::format("{}:{}: {} {}", base::escape(step->origin.file), step->origin.line,
                       base::escape(step->summary), what);
}

} // namespace retouch::plan
