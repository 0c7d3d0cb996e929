#pragma once
// The bash script that runs one guest command inside the appliance. It reads its orders from the
// job file beside it and prints its result as lines of "KEY VALUE".

#include <string_view>

namespace retouch {

/// Where the three files of a command lie in the appliance; never in the image.
inline constexpr const char *k_runner_path = "/dev/shm/retouch-runner";
inline constexpr const char *k_job_path = "/dev/shm/retouch-job";
inline constexpr const char *k_job_script_path = "/dev/shm/retouch-script";

extern const std::string_view k_runner;

} // namespace retouch
