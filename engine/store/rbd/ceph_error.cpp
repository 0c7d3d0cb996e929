// Ceph's error numbers in words: what kind of trouble each is, and what to do about it.
// Which object it happened to is for the callers to say.

#include "store/rbd/cluster.hpp"

#include "base/interrupt.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace retouch::store {

namespace {

constexpr const char *k_rights =
    "the Ceph user needs the rights 'profile rbd' on the monitors and on the pool; "
    "'ceph auth get' shows those it has";

} // namespace

Error ceph_error(std::string_view doing, int code) {
    const std::string message =
        fmt::format("cannot {}: {}", doing, std::generic_category().message(-code));
    switch (-code) {
    case EPERM:
    case EACCES:
        return {ErrorKind::not_authorised, message, k_rights};
    case ETIMEDOUT:
        return {ErrorKind::unavailable, message,
                "the Ceph cluster does not answer; 'ceph -s' shows its state"};
    case ESHUTDOWN:
        return {ErrorKind::temporary,
                fmt::format("cannot {}: the Ceph cluster has shut this client out", doing),
                "another client took it for dead; run the command again"};
    case ENOSPC:
    case EDQUOT:
        return {ErrorKind::temporary, message,
                "free space in the pool or raise its quota; 'ceph df' shows both"};
    case ECANCELED:
        return base::interrupt_due()
                   ? base::interrupt_error()
                   : Error(ErrorKind::interrupted, fmt::format("stopped: {}", doing));
    default:
        return {ErrorKind::failed, message};
    }
}

} // namespace retouch::store
