#pragma once
// Reading the entries of `files` that bring no contents; what they mean is places.hpp's.

#include "retouch/step_kind.hpp"
#include "steps/files/path_claims.hpp"
#include "steps/support/reading.hpp"

#include <string>

namespace retouch::steps {

/// True for an entry with `to` that is one of them, as its keys say.
[[nodiscard]] bool is_place_entry(const Value &entry);

/// Fills in options, identity and summary of the step. False after a mistake.
bool read_place(const Value &entry, const std::string &path, PathClaims &claims,
                const Reader &reader, Step &step);

} // namespace retouch::steps
