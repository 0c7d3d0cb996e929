#pragma once
// Templates of the section `files`: texts of this host with the recipe's variables put in.

#include "steps/support/reading.hpp"

#include <optional>
#include <string>

namespace retouch::steps {

/// The text of the file that `from` names, its variables replaced. It stands in the plan, so it has
/// to be a text that everybody may read. nullopt after an error. Throws as read_host_file() does.
[[nodiscard]] std::optional<std::string> template_text(const Value &from, const Reader &reader);

} // namespace retouch::steps
