// A library of its own, because the program is linked with what stands beside this.

#include "guest/machine/server_program.hpp"

#include "guest/carried_program.hpp"

RETOUCH_CARRY(server, RETOUCH_GUEST_SERVER);

namespace retouch::guest {

std::string_view server_program() {
    return carried(retouch_server_begin, retouch_server_end);
}

} // namespace retouch::guest
