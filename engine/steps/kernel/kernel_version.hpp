#pragma once
// Which of two versions of a kernel is the older one.

#include <string_view>

namespace retouch::steps {

/// Number by number and word by word, as rpm compares them; "~" comes before everything.
[[nodiscard]] bool is_older_version(std::string_view one, std::string_view other);

} // namespace retouch::steps
