#include "guest/host/launcher_program.hpp"

#include "guest/carried_program.hpp"
#include "guest/host/sealed_program.hpp"

RETOUCH_CARRY(launcher, RETOUCH_GUEST_LAUNCHER);

namespace retouch::guest {

base::UniqueFd launcher_program() {
    static const base::UniqueFd program =
        sealed_program(carried(retouch_launcher_begin, retouch_launcher_end), 0755);
    return another(program);
}

} // namespace retouch::guest
