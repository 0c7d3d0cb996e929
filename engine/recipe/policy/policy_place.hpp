#pragma once

// PolicyPlace: how places are written, in a policy ("#/properties/a~1b") and in what it judges
// ("targets[0].name"), bounded and safe to print.

#include <cstddef>
#include <optional>
#include <string>

namespace retouch::recipe {

/// The name as a part of a place in a policy: "a/b" is "a~1b".
[[nodiscard]] std::string place_part(const std::string &name);

/// The place that a "$ref" names; nullopt when it leaves the policy or is malformed.
[[nodiscard]] std::optional<std::string> place_of_reference(const std::string &reference);

/// For messages: escaped, and its middle left out when it is long.
[[nodiscard]] std::string shown_place(const std::string &place);

/// Where in the judged document a value stands; a chain outwards, as the judge descends.
struct JudgedPlace {
    const JudgedPlace *outer = nullptr;
    const std::string *key = nullptr; ///< or an entry
    std::size_t index = 0;
};

/// "targets[0].publish", shown; "the plan" for all of it.
[[nodiscard]] std::string shown_place(const JudgedPlace &place);

} // namespace retouch::recipe
