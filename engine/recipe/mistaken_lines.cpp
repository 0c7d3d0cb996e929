// Mistaken lines. A diagnostic of a whole file has no line and marks none.

#include "recipe/mistaken_lines.hpp"

namespace retouch::recipe {

void MistakenLines::add(const Diagnostics &diagnostics) {
    for (const Diagnostic &item : diagnostics.sorted())
        if (item.position.line > 0)
            lines_.insert(item.position.line);
}

bool MistakenLines::any_in(int first, int end) const {
    const auto next = lines_.lower_bound(first);
    return next != lines_.end() && *next < end;
}

Diagnostics MistakenLines::elsewhere(const Diagnostics &diagnostics) const {
    Diagnostics kept;
    for (const Diagnostic &item : diagnostics.sorted())
        if (!contains(item.position.line))
            kept.add(item);
    return kept;
}

} // namespace retouch::recipe
