#include "steps/support/covered_places.hpp"

#include <array>
#include <utility>

namespace retouch {

std::string_view covered_by(std::string_view path) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> places = {
        {{"/run", "/run"},
         {"/var/run", "/run"},
         {"/proc", "/proc"},
         {"/sys", "/sys"},
         {"/dev", "/dev"}}};
    for (const auto &[root, covering] : places)
        if (path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/'))
            return covering;
    return {};
}

std::string instead_of_covered(std::string_view place) {
    if (place == "/run")
        return "what shall be there at each boot is made by a file in /etc/tmpfiles.d";
    return "what is there when the machine runs comes from its kernel; rules for it belong below "
           "/etc";
}

} // namespace retouch
