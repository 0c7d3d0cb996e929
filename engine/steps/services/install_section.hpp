#pragma once
// The section [Install] of a unit file: what enabling the unit makes. It touches no disk.

#include <string>
#include <string_view>
#include <vector>

namespace retouch::steps {

/// The words as they are written, specifiers in them.
struct InstallSection {
    std::vector<std::string> wanted_by;
    std::vector<std::string> required_by;
    std::vector<std::string> aliases;
    std::vector<std::string> also;
    std::string default_instance;

    bool operator==(const InstallSection &) const = default;

    [[nodiscard]] bool empty() const { return *this == InstallSection{}; }

    /// Reads on in a further file of the same unit: lists grow, and an empty assignment ends what
    /// came before it. What is no assignment is passed over, as systemd does.
    void add(std::string_view text);
};

} // namespace retouch::steps
