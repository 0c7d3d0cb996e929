#include "base/child_environment.hpp"

#include <algorithm>
#include <unistd.h>

namespace retouch::base {

std::vector<std::pair<std::string, std::string>> environment_with(std::string_view name,
                                                                  const std::string &value) {
    std::vector<std::pair<std::string, std::string>> environment;
    for (char **entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::size_t end = std::min(text.find('='), text.size());
        if (text.substr(0, end) != name)
            environment.emplace_back(text.substr(0, end),
                                     text.substr(std::min(end + 1, text.size())));
    }
    environment.emplace_back(name, value);
    return environment;
}

} // namespace retouch::base
