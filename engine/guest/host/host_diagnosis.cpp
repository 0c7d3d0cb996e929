// What the host guest needs: root, namespaces and bubblewrap to put commands in, FUSE for the disk,
// loop devices for its parts, and a few tools of the system.

#include "guest/diagnosis.hpp"

#include "base/file.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "guest/host/bubblewrap.hpp"
#include "guest/host/host_means.hpp"
#include "model/checks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace retouch::guest {

namespace {

struct Tool {
    const char *program;
    const char *package;
};

constexpr std::array k_tools = {Tool{"sfdisk", "fdisk"}, Tool{"blkid", "util-linux"},
                                Tool{"nsenter", "util-linux"}, Tool{"unshare", "util-linux"}};

model::Verdict rights() {
    if (geteuid() == 0)
        return model::all_well("this is root");
    return model::warning("this is not root: the host guest cannot be used, only the appliance",
                          "run retouch as root to use the host guest");
}

model::Verdict root_needed() {
    require_root();
    return model::all_well("this is root");
}

model::Verdict bubblewrap() {
    static_cast<void>(bubblewrap_path());
    if (geteuid() == 0)
        require_sandbox_here();
    return model::all_well("bwrap is there, and commands can be kept apart from this host");
}

model::Verdict network() {
    try {
        require_network_means();
    } catch (const Error &error) {
        return model::warning(error.what(), error.hint());
    }
    return model::all_well("slirp4netns and /dev/net/tun are there");
}

void require_device(const char *device, const char *module) {
    if (base::UniqueFd(open(device, O_RDWR | O_CLOEXEC)))
        return;
    if (errno == EACCES || errno == EPERM)
        throw Error(ErrorKind::not_authorised, fmt::format("this user may not use {}", device),
                    "run retouch as root");
    throw Error(ErrorKind::unavailable,
                fmt::format("cannot open {}: {}", device, std::generic_category().message(errno)),
                fmt::format("load the kernel module {}: modprobe {}", module, module));
}

model::Verdict fuse() {
    require_device("/dev/fuse", "fuse");
    if (!base::find_program("fusermount3"))
        return model::warning("/dev/fuse can be used, but fusermount3 is not installed",
                              "install the package fuse3");
    return model::all_well("/dev/fuse and fusermount3 are there");
}

model::Verdict loop_devices() {
    require_device("/dev/loop-control", "loop");
    return model::all_well("/dev/loop-control is there");
}

model::Verdict tools() {
    std::vector<std::string> names;
    for (const Tool &tool : k_tools) {
        if (!base::find_program(tool.program))
            throw Error(ErrorKind::unavailable, fmt::format("{} is not installed", tool.program),
                        fmt::format("install the package {}", tool.package));
        names.emplace_back(tool.program);
    }
    return model::all_well(fmt::format("{}", fmt::join(names, ", ")));
}

} // namespace

std::vector<Finding> host_guest_findings(bool used) {
    model::Checks checks("Host guest",
                         used ? model::Checks::Need::needed : model::Checks::Need::optional);
    const bool is_root = geteuid() == 0;
    checks.check("root", used ? root_needed : rights);
    checks.check("bubblewrap", bubblewrap);
    checks.check("network", network);
    checks.check("tools", tools);
    // What devices a user without the rights may open says nothing.
    if (is_root) {
        checks.check("FUSE", fuse);
        checks.check("loop devices", loop_devices);
    }
    return checks.take();
}

} // namespace retouch::guest
