// Environment: reads the process's variables once.
// An empty variable counts as unset everywhere, which is what NO_COLOR and XDG ask for.
// Nothing here knows which variables matter.

#include "cli/environment.hpp"

#include <string_view>
#include <system_error>
#include <unistd.h>

namespace retouch::cli {

Environment::Environment() {
    for (char **entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const auto equals = text.find('=');
        if (equals != std::string_view::npos)
            variables_.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    std::error_code failed;
    directory_ = std::filesystem::current_path(failed);
}

std::optional<std::string> Environment::get(const std::string &name) const {
    const auto found = variables_.find(name);
    if (found == variables_.end() || found->second.empty())
        return std::nullopt;
    return found->second;
}

std::map<std::string, std::string> Environment::with_prefix(const std::string &prefix) const {
    std::map<std::string, std::string> found;
    for (auto each = variables_.lower_bound(prefix);
         each != variables_.end() && each->first.starts_with(prefix); ++each)
        found.emplace(each->first.substr(prefix.size()), each->second);
    return found;
}

} // namespace retouch::cli
