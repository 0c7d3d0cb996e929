#pragma once
// Guard advice: what would keep a command from changing the image again on a second run. A hint for
// people, read off the difference; nobody runs it, and it may be wrong.

#include "retouch/effect.hpp"

#include <string>

namespace retouch::steps {

/// `creates: /etc/stamp`, `unless: rpm -q nginx`, or a sentence where no guard fits. One line, safe
/// to print. `guard` is the key of the guard the command has, empty for none. `first` is what it
/// changed the first time, `again` the second time, and changes something.
[[nodiscard]] std::string guard_advice(const std::string &guard, const Effect &first,
                                       const Effect &again);

} // namespace retouch::steps
