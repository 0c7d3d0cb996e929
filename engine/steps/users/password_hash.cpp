#include "steps/users/password_hash.hpp"

#include "base/secret_text.hpp"
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

std::optional<std::string> secret_password(std::string_view text) {
    const std::set<std::string> names = base::secrets_named_in(text);
    return names.size() == 1 && base::secret_reference(*names.begin()) == text
               ? std::optional(*names.begin())
               : std::nullopt;
}

std::string password_field(const std::string &password) {
    const auto secret = secret_password(password);
    return secret ? base::secret_hash_reference(*secret) : password;
}

} // namespace retouch::steps
