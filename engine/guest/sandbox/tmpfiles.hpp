#pragma once
// Tmpfiles: the lines of tmpfiles.d(5) that make something below /run. Those that are for the boot
// itself ("!") are over by the time a command of an administrator runs, and are left out; so is
// what changes, copies or removes.

#include "guest/sandbox/run_entry.hpp"

#include <string_view>
#include <vector>

namespace retouch::guest {

/// Of one file, in order. Lines with specifiers other than %% and %t are left out.
[[nodiscard]] std::vector<RunEntry> tmpfiles_entries(std::string_view text);

} // namespace retouch::guest
