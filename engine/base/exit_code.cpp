#include "base/exit_code.hpp"

#include "base/interrupt.hpp"

#include <csignal>

namespace retouch::base {

int exit_code(ErrorKind kind) {
    switch (kind) {
    case ErrorKind::failed:
        return 1;
    case ErrorKind::stale:
        return 4;
    case ErrorKind::refused:
        return 5;
    case ErrorKind::usage:
        return 64;
    case ErrorKind::invalid:
        return 65;
    case ErrorKind::unavailable:
        return 69;
    case ErrorKind::internal:
        return 70;
    case ErrorKind::temporary:
        return 75;
    case ErrorKind::not_authorised:
        return 77;
    case ErrorKind::bad_config:
        return 78;
    case ErrorKind::interrupted:
        return 128 + (pending_interrupt() != 0 ? pending_interrupt() : SIGINT);
    }
    return 70;
}

} // namespace retouch::base
