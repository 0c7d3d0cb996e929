#include "guest/tree/unchangeable.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace retouch::guest {

bool is_unchangeable(int directory, const char *name) {
    struct statx status {};

    return statx(directory, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE, &status) ==
               0 &&
           (status.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) != 0;
}

} // namespace retouch::guest
