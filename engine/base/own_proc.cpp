#include "base/own_proc.hpp"

#include "retouch/error.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <unistd.h>

namespace retouch::base {

void require_own_proc() {
    std::error_code code;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self", code);
    if (code)
        throw Error(ErrorKind::unavailable, "/proc is not mounted here: " + code.message(),
                    "mount it with: mount -t proc proc /proc");
    if (self != std::to_string(getpid()))
        throw Error(ErrorKind::unavailable,
                    "/proc shows the processes of another PID namespace than this one",
                    "start the namespace with a /proc of its own: unshare --pid --fork "
                    "--mount-proc");
}

} // namespace retouch::base
