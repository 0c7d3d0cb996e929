#pragma once
// Outcome: a StepResult for steps that run no command.

#include "retouch/step.hpp"

#include <utility>

namespace retouch::steps {

[[nodiscard]] inline StepResult finished(StepOutcome outcome, std::string message = {}) {
    StepResult result;
    result.outcome = outcome;
    result.message = std::move(message);
    return result;
}

} // namespace retouch::steps
