#pragma once

// Limits against effects: what the steps of a target did that its recipe forbids. Pure; what
// becomes of it is the caller's business.

#include "retouch/plan.hpp"
#include "retouch/report.hpp"

#include <string>
#include <vector>

namespace retouch::plan {

/// One step and what it did.
struct ObservedStep {
    const Step &step;
    const Effect &effect;
};

/// What the steps may not even try: no_network, known before anything runs.
[[nodiscard]] std::vector<Violation> forbidden_steps(const Target &target);

/// By limit in the order of Limits, then by step, then by path.
[[nodiscard]] std::vector<Violation> violations(const Target &target,
                                                const std::vector<ObservedStep> &steps);

/// "step commands[0] (dnf update, web.yaml:7) changed /etc/passwd, which may_change does not
/// allow": one line, escaped.
[[nodiscard]] std::string describe(const Violation &violation, const Target &target);

} // namespace retouch::plan
