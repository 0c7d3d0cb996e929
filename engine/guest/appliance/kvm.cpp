#include "guest/appliance/kvm.hpp"

#include "base/file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <system_error>

namespace retouch::guest {

namespace {

bool processor_virtualises() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.rfind("flags", 0) == 0)
            return (line + ' ').find(" vmx ") != std::string::npos ||
                   (line + ' ').find(" svm ") != std::string::npos;
    return false;
}

} // namespace

Event runs_emulated() {
    return {EventKind::notice, "",
            "KVM does not work here; the appliance runs emulated, which is slower", Json::object()};
}

std::optional<KvmObstacle> kvm_obstacle() {
    if (!processor_virtualises())
        return KvmObstacle{"the processor offers no virtualisation (neither vmx nor svm)",
                           "turn it on in the firmware, or, in a virtual machine, let its host "
                           "nest virtual machines"};
    const base::UniqueFd device(open("/dev/kvm", O_RDWR | O_CLOEXEC));
    if (device)
        return std::nullopt;
    if (errno == EACCES || errno == EPERM)
        return KvmObstacle{"this user may not use /dev/kvm",
                           "add the user to the group kvm and log in again"};
    return KvmObstacle{
        fmt::format("cannot open /dev/kvm: {}", std::generic_category().message(errno)),
        "load the kernel module kvm_intel or kvm_amd"};
}

} // namespace retouch::guest
