#pragma once
// Diagnostics as text: position, message, the source line with a caret, notes and a hint. It prints
// what it is given in that order; collecting and sorting are not its concern.

#include "retouch/diagnostics.hpp"

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::render {

/// How many mistakes are printed in full; the rest is counted.
inline constexpr std::size_t k_diagnostics_shown = 20;

/// Widest excerpt of a source line; longer lines are cut around the caret.
inline constexpr std::size_t k_excerpt_width = 100;

/// How many are printed, and how to see the rest where they are more ("retouch check --all shows
/// them"; may be empty).
struct DiagnosticsShown {
    std::size_t most = k_diagnostics_shown;
    std::string_view rest{};
};

inline constexpr DiagnosticsShown k_all_diagnostics{std::numeric_limits<std::size_t>::max()};

/// Ends with a newline unless empty. Safe to print whatever the file held.
[[nodiscard]] std::string render_diagnostics(const std::vector<Diagnostic> &diagnostics,
                                             bool colour, DiagnosticsShown which = {});

} // namespace retouch::render
