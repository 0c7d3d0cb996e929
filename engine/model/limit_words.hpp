#pragma once

// Limit words: how breaking a limit is said, in errors and in plans alike.

#include "retouch/limits.hpp"

#include <string>

namespace retouch::model {

/// "changed /srv/x, which may_change does not allow": the part of a sentence that follows the step.
/// `what` is escaped: one thing, or with `many` how many there were.
[[nodiscard]] std::string limit_complaint(LimitKind limit, const std::string &what, bool many,
                                          const Limits &limits);

} // namespace retouch::model
