#include "guest/host/log_damage.hpp"

#include "guest/host/mount.hpp"
#include "guest/mount_rules.hpp"
#include "retouch/error.hpp"

#include <sys/mount.h>

namespace retouch {

bool is_log_damaged(const std::filesystem::path &device, const std::filesystem::path &target,
                    const std::string &type, unsigned long flags) {
    const auto can_look = [&](const std::string &options) {
        try {
            Mount(device, target, driver_of(type), flags | MS_RDONLY, options).unmount();
            return true;
        } catch (const Error &) {
            return false;
        }
    };
    const std::string without = options_without_log(type);
    return !without.empty() && !can_look(careful_options(type)) && can_look(without);
}

} // namespace retouch
