#pragma once
// What a guest command may do as root of its own user namespace: what package managers and builds
// need and no more. Nothing that reads files by handle, opens raw sockets or makes devices. The
// host guest names them to bubblewrap, the runner in the appliance drops the others by number.

#include <array>
#include <linux/capability.h>

namespace retouch::guest {

struct Capability {
    const char *name;
    int number;
};

inline constexpr std::array k_capabilities = {
    Capability{"cap_chown", CAP_CHOWN},
    Capability{"cap_dac_override", CAP_DAC_OVERRIDE},
    Capability{"cap_fowner", CAP_FOWNER},
    Capability{"cap_fsetid", CAP_FSETID},
    Capability{"cap_kill", CAP_KILL},
    Capability{"cap_setgid", CAP_SETGID},
    Capability{"cap_setuid", CAP_SETUID},
    Capability{"cap_setpcap", CAP_SETPCAP},
    Capability{"cap_net_bind_service", CAP_NET_BIND_SERVICE},
    Capability{"cap_sys_chroot", CAP_SYS_CHROOT},
    Capability{"cap_setfcap", CAP_SETFCAP},
};

} // namespace retouch::guest
