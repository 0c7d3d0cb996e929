#pragma once
// Names of systemd units: their parts, and which texts are names at all. It touches no disk.

#include <optional>
#include <string>
#include <string_view>

namespace retouch::steps {

/// "getty@tty1.service": prefix "getty", instance "tty1", suffix ".service".
struct UnitName {
    std::string prefix;
    std::optional<std::string> instance; ///< empty text: a template
    std::string suffix;

    bool operator==(const UnitName &) const = default;

    [[nodiscard]] std::string text() const;

    [[nodiscard]] bool is_template() const { return instance && instance->empty(); }

    /// Of an instance, what it is made from: "getty@.service".
    [[nodiscard]] UnitName made_from() const;

    /// The same for another instance. Requires: `instance`.
    [[nodiscard]] UnitName with_instance(std::string name) const;
};

/// nullopt for what systemd would not take as the name of a unit.
[[nodiscard]] std::optional<UnitName> unit_name(std::string_view text);

/// The whole name that people mean: a service where no other kind of unit is named.
[[nodiscard]] std::string whole_unit_name(const std::string &text, std::string_view suffix);

/// `text` with the specifiers that a unit's name alone answers (%n %N %p %i %j %%) replaced;
/// nullopt where another is in it.
[[nodiscard]] std::optional<std::string> expand_specifiers(std::string_view text,
                                                           const UnitName &name);

} // namespace retouch::steps
