#pragma once
// Plan summary: what a plan amounts to, counted, and the one line that says so. Every view of a
// plan ends (or begins) with this line, and pipelines may grep for its first word.

#include "retouch/plan.hpp"

#include <cstddef>
#include <string>

namespace retouch::render {

struct PlanCounts {
    std::size_t create = 0; ///< targets
    std::size_t update = 0;
    std::size_t none = 0;
    std::size_t held = 0;
    std::size_t changing = 0; ///< steps of the targets to create
    std::size_t unchanged = 0;
    std::size_t skipped = 0;
    std::size_t unknown = 0;
    std::size_t failed = 0; ///< targets that are none of the above: their rehearsal did not pass

    PlanCounts &operator+=(const PlanCounts &other);
    bool operator==(const PlanCounts &) const = default;

    [[nodiscard]] std::size_t steps() const { return changing + unchanged + skipped + unknown; }
};

[[nodiscard]] PlanCounts count_plan(const Plan &plan);

/// "Plan: 1 image to create, ..." without a full stop: for what there is to do.
[[nodiscard]] std::string counts_words(const PlanCounts &counts);

/// Why it is not to be applied: the verdicts of rehearsals that did not pass, as
/// `the rehearsal of "web": limits broken`; empty when there is none.
[[nodiscard]] std::string plan_fault(const Plan &plan);

/// "Plan: 1 image to create, ...", "No changes. ..." or, when a rehearsal did not pass, "Failed:
/// ..."; no newline.
[[nodiscard]] std::string plan_summary(const Plan &plan);

} // namespace retouch::render
