#pragma once

// What a rehearsal saw, and the limits it was held against, in the document of a plan: both ways.

#include "model/object_reader.hpp"
#include "retouch/plan.hpp"

namespace retouch {

[[nodiscard]] Json to_json(const RehearsedStep &rehearsed);
[[nodiscard]] Json to_json(const Rehearsal &rehearsal);
[[nodiscard]] Json to_json(const Limits &limits);

// Each throws Error as ObjectReader does.
[[nodiscard]] RehearsedStep read_rehearsed(ObjectReader reader);
[[nodiscard]] Rehearsal read_rehearsal(ObjectReader reader);
[[nodiscard]] Limits read_limits(ObjectReader reader);

} // namespace retouch
