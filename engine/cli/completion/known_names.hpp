#pragma once
// Known names: what the configuration, clouds.yaml and the catalog have to offer for completion.
// Nothing is said when they have not: a person is typing.

#include "cli/completion/completion.hpp"
#include "cli/context.hpp"

namespace retouch::cli {

/// Borrows `context`, and sets the options that are given there. Images are asked for a second at
/// the most, after which the process is told to end, as by SIGTERM; where signing in runs a program
/// they are not asked for.
[[nodiscard]] NameSources known_names(Context &context);

} // namespace retouch::cli
