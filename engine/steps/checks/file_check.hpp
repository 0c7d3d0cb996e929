#pragma once
// FileCheck: one `file:` entry of `checks`, read from a recipe and judged in a guest. Links are
// followed, inside the guest.

#include "retouch/guest.hpp"
#include "steps/support/reading.hpp"

#include <string>

namespace retouch::steps {

/// Fills in the step's options and identity from an entry with `file`.
void read_file_check(const Value &entry, Step &step, const Reader &reader);

/// What is not as wanted, as "wanted this, found that", or empty. Throws Error.
[[nodiscard]] std::string judge_file(const Json &options, const GuestView &guest);

} // namespace retouch::steps
