#include "plan/volatile_paths.hpp"

#include <algorithm>
#include <iterator>

namespace retouch::plan {

namespace {

constexpr const char *k_usual[] = {
    // Scratch and logs.
    "/tmp/**",
    "/var/tmp/**",
    "/run/**",
    "/var/run/**",
    "/var/log/**",
    // Caches that hold times or follow the mirror of the day.
    "/var/cache/**",
    "/var/lib/apt/**",
    "/var/lib/dnf/**",
    "/var/lib/yum/**",
    "/var/lib/zypp/**",
    // Databases that hold the time of installation; the packages themselves are compared.
    "/var/lib/rpm/**",
    "/usr/lib/sysimage/rpm/**",
    "/var/lib/systemd/**",
    "/var/lib/ucf/**",
    // Copies of the former version, which need not be there.
    "/etc/*-",
    "/var/lib/dpkg/*-old",
    "/var/cache/debconf/*-old",
    // Drawn by lot.
    "/etc/machine-id",
    "/var/lib/dbus/machine-id",
    "/etc/ssh/ssh_host_*",
    "/var/lib/cloud/**",
};

} // namespace

std::vector<std::string> volatile_paths(const std::vector<std::string> &more) {
    std::vector<std::string> globs(std::begin(k_usual), std::end(k_usual));
    globs.insert(globs.end(), more.begin(), more.end());
    return globs;
}

std::vector<std::string> stated_volatile_paths(std::vector<std::string> all) {
    for (const char *usual : k_usual)
        if (const auto first = std::ranges::find(all, usual); first != all.end())
            all.erase(first);
    return all;
}

} // namespace retouch::plan
