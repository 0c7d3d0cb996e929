#pragma once
// Secrets of a recipe: which of them its steps name, and whether they may stand there. Their values
// are not known here.

#include "retouch/secret.hpp"
#include "retouch/step_kind.hpp"

#include <set>
#include <string>
#include <vector>

namespace retouch::plan {

/// An error for each mention in an entry of `section` under a key that takes none.
void require_places_of_secrets(const Section &section, const ReadContext &context,
                               Diagnostics &found);

/// Says of each step for people which secrets it uses, and shows nothing at its places. Returns all
/// names.
std::set<std::string> note_secrets(std::vector<Step> &steps);

/// Those of `declared` that are in `names`, in their order, with files by their absolute paths. An
/// error for each file that a recipe may not read.
[[nodiscard]] std::vector<DeclaredSecret> used_secrets(const std::vector<Field> &declared,
                                                       const std::set<std::string> &names,
                                                       const ReadContext &context,
                                                       Diagnostics &found);

} // namespace retouch::plan
