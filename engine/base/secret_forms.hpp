#pragma once
// Secret forms: how a service may spell a secret when it gives it back, as pure functions over
// text. What is done about a secret that was found is the filter's business.

#include <string>
#include <string_view>
#include <vector>

namespace retouch::base {

/// Letters and digits alone, small: what is left of a text whatever was put between them.
[[nodiscard]] std::string squeezed(std::string_view text);

/// What \uXXXX, \xHH, \", %HH, &#NN; and the like stand for, also when it was escaped repeatedly.
[[nodiscard]] std::string unescaped(std::string_view text);

/// `secret` itself, in hexadecimal digits, and in base64 as part of any longer text; all squeezed.
[[nodiscard]] std::vector<std::string> secret_forms(std::string_view secret);

} // namespace retouch::base
