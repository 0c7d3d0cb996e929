#include "base/core_files.hpp"

#include <sys/resource.h>

namespace retouch::base {

void forbid_core_files() {
    // 0 would still reach a program that /proc/sys/kernel/core_pattern names; 1 does not.
    const rlimit none{1, 1};
    setrlimit(RLIMIT_CORE, &none);
}

} // namespace retouch::base
