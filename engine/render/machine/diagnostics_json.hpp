#pragma once
// Diagnostics as JSON for editors and pipelines: the same findings as in text, as data.

#include "retouch/diagnostics.hpp"
#include "retouch/json.hpp"

#include <string>
#include <vector>

namespace retouch::render {

inline constexpr const char *k_diagnostics_format_version = "1.0";

/// {format_version, valid, files, diagnostics: [...]}; all of them, whatever their number.
[[nodiscard]] Json diagnostics_json(const std::vector<Diagnostic> &diagnostics,
                                    const std::vector<std::string> &files);

} // namespace retouch::render
