#include "steps/kernel/kernel_task.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "steps/support/guest_paths.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace retouch::steps {

KernelTask impossible_task(std::string obstacle) {
    KernelTask task;
    task.fail(std::move(obstacle));
    return task;
}

void require_tool(const std::string &tool, std::string_view what, const GuestView &guest,
                  KernelTask &task) {
    constexpr std::array<std::string_view, 4> k_places = {"/usr/sbin", "/usr/bin", "/sbin", "/bin"};
    if (std::ranges::none_of(k_places, [&](std::string_view place) {
            return stat(guest, base::join(place, tool)).has_value();
        }))
        task.fail(fmt::format("the image has no {}, which makes {}", tool, what));
}

bool is_safe_name(std::string_view name) {
    constexpr std::string_view k_signs = "._+-~:^";
    return !name.empty() && (name.front() == '_' || base::is_alphanumeric(name.front())) &&
           std::ranges::all_of(name, [k_signs](char each) {
               return base::is_alphanumeric(each) || k_signs.find(each) != std::string_view::npos;
           });
}

} // namespace retouch::steps
