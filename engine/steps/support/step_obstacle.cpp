// StepObstacle: the words in which a plan ends where a step is bound to fail.

#include "base/text.hpp"
#include "retouch/step_kind.hpp"

#include <fmt/format.h>

#include <utility>

namespace retouch {

StepObstacle::StepObstacle(const Step &step, std::string reason)
    : Error(ErrorKind::failed, fmt::format("{}:{}: {}: {}", base::escape(step.origin.file),
                                           step.origin.line, step.summary, reason)),
      reason_(std::move(reason)) {}

void require_no_obstacle(const std::string &obstacle, const Step &step) {
    if (!obstacle.empty())
        throw StepObstacle(step, obstacle);
}

} // namespace retouch
