#pragma once
// Places: entries of `files` that bring no contents: a directory, a link, or the attributes of what
// is there.

#include "retouch/step_kind.hpp"
#include "steps/files/path_claims.hpp"
#include "steps/support/reading.hpp"

namespace retouch::steps {

/// True for an entry with `to` that is one of them, as its keys say.
[[nodiscard]] bool is_place_entry(const Value &entry);

/// Fills in options, identity and summary of the step. False after a mistake.
bool read_place(const Value &entry, const std::string &path, PathClaims &claims,
                const Reader &reader, Step &step);

/// True for options that read_place() made.
[[nodiscard]] bool is_place(const Json &options);

[[nodiscard]] StepChange preview_place(const Step &step, const GuestView &guest);
[[nodiscard]] StepResult execute_place(const Step &step, Guest &guest);
[[nodiscard]] std::vector<Foreseen> foresee_place(const Step &step, const GuestView &guest);

} // namespace retouch::steps
