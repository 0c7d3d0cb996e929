#pragma once
// Whole files of the appliance, for the runner.

#include <string>
#include <string_view>
#include <sys/types.h>

namespace retouch::guest {

/// What can be read of it; empty when there is no such file.
[[nodiscard]] std::string read_whole(const char *path);

/// Replaces the file. False with errno when it could not be written.
[[nodiscard]] bool write_whole(const char *path, std::string_view bytes, mode_t mode);

/// False with errno when not all could be written.
[[nodiscard]] bool write_all_to(int fd, std::string_view bytes);

} // namespace retouch::guest
