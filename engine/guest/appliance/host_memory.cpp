#include "guest/appliance/host_memory.hpp"

#include <fstream>
#include <string>

namespace retouch::guest {

std::uint64_t available_memory_mebibytes() {
    std::ifstream info("/proc/meminfo");
    std::string key;
    std::uint64_t kibibytes = 0;
    while (info >> key >> kibibytes) {
        if (key == "MemAvailable:")
            return kibibytes / 1024;
        std::getline(info, key);
    }
    return 0;
}

} // namespace retouch::guest
