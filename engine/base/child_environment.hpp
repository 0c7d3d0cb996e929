#pragma once
// Child environment: this process's own variables for a child, but for what it shall find there
// instead. It sets nothing here.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace retouch::base {

/// For ProcessSpec::environment: this process's variables, with `name` set to `value`.
[[nodiscard]] std::vector<std::pair<std::string, std::string>>
environment_with(std::string_view name, const std::string &value);

} // namespace retouch::base
