#pragma once
// What a guest command may do as root: what package managers and builds need and no more. Not
// mounting, modules, raw devices, the clock or other processes' memory. The host guest names them
// to bubblewrap, the runner in the appliance drops the others by number.

#include <array>
#include <linux/capability.h>

namespace retouch {

struct Capability {
    const char *name;
    int number;
};

inline constexpr std::array k_capabilities = {
    Capability{"cap_chown", CAP_CHOWN},
    Capability{"cap_dac_override", CAP_DAC_OVERRIDE},
    Capability{"cap_dac_read_search", CAP_DAC_READ_SEARCH},
    Capability{"cap_fowner", CAP_FOWNER},
    Capability{"cap_fsetid", CAP_FSETID},
    Capability{"cap_kill", CAP_KILL},
    Capability{"cap_setgid", CAP_SETGID},
    Capability{"cap_setuid", CAP_SETUID},
    Capability{"cap_setpcap", CAP_SETPCAP},
    Capability{"cap_linux_immutable", CAP_LINUX_IMMUTABLE},
    Capability{"cap_net_bind_service", CAP_NET_BIND_SERVICE},
    Capability{"cap_net_raw", CAP_NET_RAW},
    Capability{"cap_ipc_owner", CAP_IPC_OWNER},
    Capability{"cap_sys_chroot", CAP_SYS_CHROOT},
    Capability{"cap_sys_nice", CAP_SYS_NICE},
    Capability{"cap_mknod", CAP_MKNOD},
    Capability{"cap_audit_write", CAP_AUDIT_WRITE},
    Capability{"cap_setfcap", CAP_SETFCAP},
};

} // namespace retouch
