// The wish to die is known to the kernel only once it is made: if the one who started us is gone by
// then, nobody fulfils it. So it is looked for afterwards, by the path of the script itself, which
// leads through its descriptors.

#include "guest/appliance/machine_program.hpp"

#include "base/process.hpp"
#include "base/shortage.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

/// libguestfs' kernel options turn the counting of memory off, which saves some megabytes; whatever
/// is appended to them, it stays off.
constexpr const char *k_become = R"([ -e "$0" ] || exit
qemu=$1
shift
count=$#
for word; do
    case $word in
    *" cgroup_disable=memory "*) word="${word%% cgroup_disable=memory *} ${word#* cgroup_disable=memory }" ;;
    esac
    set -- "$@" "$word"
done
shift "$count"
exec "$qemu" "$@")";

std::string quoted(const std::string &word) {
    std::string result = "'";
    for (const char letter : word)
        result += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    return result + "'";
}

std::string setpriv() {
    if (const auto path = base::find_program("setpriv"))
        return *path;
    throw Error(ErrorKind::unavailable, "setpriv is not installed",
                "install the package util-linux");
}

/// libguestfs remembers what a qemu can do by the size and time of its file.
void take_time_of(const std::string &qemu, int script) {
    struct stat status {};

    if (stat(qemu.c_str(), &status) != 0)
        throw base::system_error("look at", qemu, errno);
    const std::array<timespec, 2> times = {status.st_atim, status.st_mtim};
    futimens(script, times.data());
}

} // namespace

MachineProgram::MachineProgram(const std::string &qemu)
    : script_(memfd_create("retouch-qemu", MFD_CLOEXEC)) {
    if (!script_)
        throw base::shortage_error("create a file in memory", errno);
    const std::string text =
        fmt::format("#!/bin/sh\nexec {} --pdeathsig KILL -- /bin/sh -c {} \"$0\" {} \"$@\"\n",
                    quoted(setpriv()), quoted(k_become), quoted(qemu));
    base::write_all(script_.get(), text, "a file in memory");
    take_time_of(qemu, script_.get());
}

std::string MachineProgram::path() const {
    return fmt::format("/proc/{}/fd/{}", getpid(), script_.get());
}

} // namespace retouch::guest
