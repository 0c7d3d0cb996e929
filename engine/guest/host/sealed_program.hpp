#pragma once
// A program as a file in memory that nobody can change any more, for starting it as often as one
// likes: what it is made from is read once, and what a processor made of its code stays known.

#include "base/file.hpp"

#include <string_view>
#include <sys/types.h>

namespace retouch::guest {

/// Open for reading, to be executed through /proc/self/fd or execveat(2); `mode` is for others.
/// Throws Error.
[[nodiscard]] base::UniqueFd sealed_program(std::string_view bytes, mode_t mode);

/// One more descriptor of the same file. Throws Error.
[[nodiscard]] base::UniqueFd another(const base::UniqueFd &file);

} // namespace retouch::guest
