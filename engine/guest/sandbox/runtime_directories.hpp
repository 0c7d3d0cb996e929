#pragma once
// Runtime directories: what systemd makes below /run for a service when it starts, as its unit says
// (RuntimeDirectory= of systemd.exec(5)). Which services start is found by run_entry.cpp.

#include "guest/sandbox/run_entry.hpp"

#include <string_view>
#include <vector>

namespace retouch::guest {

/// `unit`: its file with all that is dropped in behind it; `name`: "x.service", or "x@1.service" of
/// a template. None of a service whose user is made when it starts.
[[nodiscard]] std::vector<RunEntry> runtime_directories(std::string_view unit,
                                                        std::string_view name);

} // namespace retouch::guest
