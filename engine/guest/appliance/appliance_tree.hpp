#pragma once
// The guest's whole tree as the runner sees it in the appliance, where it also stays remembered.

#include "guest/appliance/runner_call.hpp"
#include "guest/tree/tree.hpp"
#include "retouch/file_label.hpp"

#include <string>
#include <vector>

namespace retouch::guest {

/// Requires: the runner is there. Throws Error.
void mark_in_appliance(const ApplianceRunner &runner, const std::vector<std::string> &named);

/// What differs since; sound. Requires: mark_in_appliance(). Throws Error.
[[nodiscard]] std::vector<SeenChange> changes_in_appliance(const ApplianceRunner &runner);

/// The contract is GuestView::unchangeable()'s.
[[nodiscard]] std::vector<std::string>
unchangeable_in_appliance(const ApplianceRunner &runner, const std::vector<std::string> &paths);

/// As Guest has them. Requires: the runner is there. Throws Error.
[[nodiscard]] std::vector<UnlabelledEntry> unlabelled_in_appliance(const ApplianceRunner &runner);
[[nodiscard]] std::vector<LabelledEntry> labels_in_appliance(const ApplianceRunner &runner);
[[nodiscard]] std::vector<FailedLabel> label_in_appliance(const ApplianceRunner &runner,
                                                          const std::vector<PathLabel> &labels);

} // namespace retouch::guest
