#include "steps/users/password_hash.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace retouch::steps {

bool is_password_hash(std::string_view text) {
    constexpr std::array<std::string_view, 9> methods = {"1",  "5",  "6",  "7", "y",
                                                         "gy", "2a", "2b", "2y"};
    constexpr std::size_t fewest_parts = 4;
    const std::vector<std::string> parts = base::split(text, '$');
    return parts.size() >= fewest_parts && parts.front().empty() && !parts.back().empty() &&
           std::ranges::find(methods, parts[1]) != methods.end() &&
           std::ranges::all_of(text, [](char each) {
               return base::is_alphanumeric(each) ||
                      std::string_view("$./,=").find(each) != std::string_view::npos;
           });
}

} // namespace retouch::steps
