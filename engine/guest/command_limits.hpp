#pragma once
// What a command that failed is told about limits: which one it met, and where it is raised. The
// limits themselves are set and counted by the back ends.

#include "retouch/guest.hpp"

#include <string>

namespace retouch::guest {

enum class CommandLimit { memory, processes, open_files, file_size, time };

/// "it met the limit of 50 processes (commands.processes in retouch.yaml)".
[[nodiscard]] std::string met_limit(CommandLimit limit, const CommandLimits &limits);

/// The phrase for a command that took all the memory an appliance had for it: `bytes`.
[[nodiscard]] std::string met_memory_of_appliance(std::uint64_t bytes);

/// The time `command` may take: its own or what is left of it.
[[nodiscard]] std::chrono::seconds time_for(const GuestCommand &command,
                                            const CommandLimits &limits);

/// Adds to `result` what the kernel did not tell: that the time was cut, and, of a command that
/// failed, which limits it seems to have met by the words and signals in which programs tell.
void add_likely_limits(CommandResult &result, const GuestCommand &command,
                       const CommandLimits &limits);

} // namespace retouch::guest
