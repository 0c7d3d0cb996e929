// Diagnostics: merging and ordering collected mistakes.
// It holds the values only; wording lives beside the checks, printing in render/.
// The order it gives is by position, so it does not depend on which check ran first.

#include "retouch/diagnostics.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace retouch {

void Diagnostics::merge(Diagnostics other) {
    items_.insert(items_.end(), std::make_move_iterator(other.items_.begin()),
                  std::make_move_iterator(other.items_.end()));
}

std::vector<Diagnostic> Diagnostics::sorted() const {
    std::vector<Diagnostic> result = items_;
    std::ranges::stable_sort(result, [](const Diagnostic &a, const Diagnostic &b) {
        return std::tie(a.position, a.severity, a.message, a.hint) <
               std::tie(b.position, b.severity, b.message, b.hint);
    });
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
}

bool Diagnostics::has_errors() const {
    return std::ranges::any_of(items_, [](const Diagnostic &item) {
        return item.severity == Diagnostic::Severity::error;
    });
}

} // namespace retouch
