#pragma once
// Property words: the value a property will have, as views show it.

#include "retouch/plan.hpp"

#include <string>

namespace retouch::render {

struct PropertyWords {
    std::string value;  ///< raw
    std::string remark; ///< why it is not, or not yet, the value; safe to print, may be empty
};

/// Of a value in PropertyChanges::set: with what a rehearsal found out of the image put in.
[[nodiscard]] PropertyWords property_words(const Target &target, const std::string &value);

} // namespace retouch::render
