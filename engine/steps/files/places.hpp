#pragma once
// Places: entries of `files` that bring no contents: a directory, a link, or the attributes of what
// is there.

#include "retouch/step_kind.hpp"

#include <vector>

namespace retouch::steps {

/// True for options that read_place() made.
[[nodiscard]] bool is_place(const Json &options);

[[nodiscard]] StepChange preview_place(const Step &step, const GuestView &guest);
[[nodiscard]] StepResult execute_place(const Step &step, Guest &guest);
[[nodiscard]] std::vector<Foreseen> foresee_place(const Step &step, const GuestView &guest);

} // namespace retouch::steps
