#pragma once
// Place: building diagnostics from marks and lines, for every part of this layer.

#include "retouch/diagnostics.hpp"
#include "retouch/value.hpp"

#include <string>
#include <vector>

namespace retouch::recipe {

/// The line as kept in a diagnostic: dropped when it is too long to help anybody.
[[nodiscard]] std::string excerpt_of(std::string line);

[[nodiscard]] Diagnostic error_at(const std::string &file, const Mark &mark, std::string line,
                                  std::string message, std::string hint = {});

/// The same with the line taken from `lines`.
[[nodiscard]] Diagnostic error_at(const std::string &file, const Mark &mark,
                                  const std::vector<std::string> &lines, std::string message,
                                  std::string hint = {});

/// What is said of a file over the size limit, whoever notices first.
[[nodiscard]] Diagnostic too_large(const std::string &file);

} // namespace retouch::recipe
