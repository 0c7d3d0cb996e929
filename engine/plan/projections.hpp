#pragma once
// Projections: entries of a recipe may be for some systems only (`when: {os: [...]}`). For each
// system named, and for all others, what is left is a recipe of its own; their steps are one list.

#include "retouch/diagnostics.hpp"
#include "retouch/step_kind.hpp"

#include <set>
#include <string>
#include <vector>

namespace retouch::plan {

/// Stands for every system that no entry names.
inline constexpr const char *k_other_systems = "";

/// Systems that entries of `sections` name.
[[nodiscard]] std::set<std::string> systems_named(const std::vector<Section> &sections);

/// `sections` as they are for one system, or k_other_systems, without any `when`. An error for each
/// entry that says nothing else.
[[nodiscard]] std::vector<Section> sections_for(const std::string &system,
                                                std::vector<Section> sections,
                                                const ReadContext &context, Diagnostics &found);

/// Steps of one projection.
struct SystemSteps {
    std::string system; ///< or k_other_systems
    std::vector<Step> steps;
};

/// One list in which the steps of each projection have their order; each step bears the systems it
/// is for, and says them to people. Requires: the projection for other systems is among them.
[[nodiscard]] std::vector<Step> merged_steps(std::vector<SystemSteps> projections);

/// The systems that `steps` bear, of which there is a projection each.
[[nodiscard]] std::set<std::string> systems_of(const std::vector<Step> &steps);

/// Why a step that does not run on this system is passed over. For people, escaped.
[[nodiscard]] std::string why_elsewhere(const Step &step, const Facts &facts);

/// Lets `step` run on these alone, and says so to people.
void restrict_to(Step &step, StepSystems systems);

} // namespace retouch::plan
