#include "model/attributes.hpp"

#include <algorithm>

namespace retouch::model {

std::optional<std::string_view> attribute_value(std::string_view attributes,
                                                std::string_view name) {
    while (!attributes.empty()) {
        const std::size_t end = std::min(attributes.find('\n'), attributes.size());
        std::string_view line = attributes.substr(0, end);
        if (line.starts_with(name) && line.substr(name.size()).starts_with('='))
            return line.substr(name.size() + 1);
        attributes.remove_prefix(std::min(end + 1, attributes.size()));
    }
    return std::nullopt;
}

std::optional<std::string_view> capabilities_of(std::string_view attributes) {
    return attribute_value(attributes, "security.capability");
}

} // namespace retouch::model
