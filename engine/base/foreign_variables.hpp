#pragma once
// Foreign variables: places in a text that look like variables in the notation of another program.

#include <string>
#include <string_view>
#include <vector>

namespace retouch::base {

struct ForeignVariable {
    std::string spelling; ///< "{{ release }}"
    std::string name;     ///< "release"; empty where there is none, as in "{% if x %}"

    bool operator==(const ForeignVariable &) const = default;
};

/// Each spelling once, in the order of `text`. Notations that ordinary files use themselves, such
/// as $name, count only for the names in `declared`.
[[nodiscard]] std::vector<ForeignVariable>
foreign_variables(std::string_view text, const std::vector<std::string> &declared);

} // namespace retouch::base
