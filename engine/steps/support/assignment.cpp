#include "steps/support/assignment.hpp"

#include "base/text.hpp"
#include "steps/lines/ini_edit.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>

namespace retouch::steps {

namespace {

/// The value of the last line that sets the key, without quotes around it.
std::optional<std::string> assigned(const std::string &text, const std::string &key) {
    std::optional<std::string> value;
    for (const std::string &line : base::split_lines(text)) {
        const std::string_view statement = base::trim(line);
        if (!statement.starts_with(key + "="))
            continue;
        std::string_view found = statement.substr(key.size() + 1);
        if (found.size() > 1 && (found.front() == '"' || found.front() == '\'') &&
            found.back() == found.front())
            found = found.substr(1, found.size() - 2);
        value = std::string(found);
    }
    return value;
}

} // namespace

std::string with_assignment(const std::string &text, const std::string &key,
                            const std::string &value) {
    if (assigned(text, key) == value)
        return text;
    std::string obstacle;
    EditedText edited(text, obstacle);
    if (!obstacle.empty())
        return fmt::format("{}={}\n", key, value);
    static_cast<void>(set_ini({{key, value}}, "", true, edited));
    return edited.bytes();
}

} // namespace retouch::steps
