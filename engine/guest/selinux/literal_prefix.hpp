#pragma once
// LiteralPrefix: what every text begins with that a regular expression can match from its
// beginning. Told from the expression alone, and rather too little than too much.

#include <string>
#include <string_view>

namespace retouch::guest {

struct LiteralPrefix {
    std::string text;
    bool is_all = false; ///< the expression matches this text and no other
};

[[nodiscard]] LiteralPrefix literal_prefix(std::string_view expression);

} // namespace retouch::guest
