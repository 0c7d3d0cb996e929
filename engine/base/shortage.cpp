#include "base/shortage.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace retouch::base {

bool is_shortage(int code) {
    return code == EMFILE || code == ENFILE || code == ENOMEM;
}

std::string shortage_hint(int code) {
    switch (code) {
    case EMFILE:
        return "this process may open no more files: raise its limit ('ulimit -n' shows it) and "
               "run again";
    case ENFILE:
        return "no process of this host may open more files: raise fs.file-max, or end others";
    case ENOMEM:
        return "there is not enough memory: end other programs and run again";
    case EAGAIN:
        return "no more processes may be started: raise the limit ('ulimit -u' shows the user's, "
               "pids.max that of the control group), or end others";
    case EACCES:
    case EPERM:
        return "look at the permissions of the program, and at the options its filesystem is "
               "mounted with";
    default:
        return {};
    }
}

Error shortage_error(std::string_view doing, int code) {
    return {ErrorKind::unavailable,
            fmt::format("cannot {}: {}", doing, std::generic_category().message(code)),
            shortage_hint(code)};
}

} // namespace retouch::base
