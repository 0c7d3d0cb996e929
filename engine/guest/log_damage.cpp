#include "guest/log_damage.hpp"

#include "guest/mount_rules.hpp"

namespace retouch::guest {

bool is_log_damaged(std::string_view type,
                    const std::function<bool(const std::string &options)> &can_look) {
    const std::string without = options_without_log(type);
    return !without.empty() && !can_look(careful_options(type)) && can_look(without);
}

} // namespace retouch::guest
