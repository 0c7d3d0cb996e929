#include "guest/host/host_means.hpp"

#include "base/file.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "guest/host/bubblewrap.hpp"
#include "guest/host/sealed_program.hpp"
#include "retouch/error.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <system_error>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr const char *k_tunnels = "/dev/net/tun";
constexpr const char *k_slirp = "slirp4netns";
constexpr const char *k_no_network = "commands cannot have a network: ";

/// `lack` begins the sentence about a program that is missing.
std::string path_of(const char *program, const char *package, const char *lack = "") {
    const std::optional<std::string> path = base::find_program(program);
    if (!path)
        throw Error(ErrorKind::unavailable, fmt::format("{}{} is not installed", lack, program),
                    fmt::format("install the package {}, or use --guest appliance", package));
    return *path;
}

void require_tunnels() {
    if (base::UniqueFd(open(k_tunnels, O_RDWR | O_CLOEXEC)))
        return;
    throw Error(ErrorKind::unavailable,
                fmt::format("{}cannot open {}: {}", k_no_network, k_tunnels,
                            std::generic_category().message(errno)),
                "load the kernel module tun: modprobe tun (in a container, give it the device), or "
                "use --guest appliance");
}

void require_running(const std::string &slirp) {
    base::ProcessSpec spec;
    spec.program = slirp;
    spec.arguments = {"--version"};
    spec.environment.emplace();
    spec.time_limit = std::chrono::seconds(20);
    const base::ProcessResult ended = base::run_process(spec);
    if (!ended.ok())
        throw Error(ErrorKind::unavailable,
                    fmt::format("{}{} does not run: {}", k_no_network, base::escape(slirp),
                                base::escape(base::trim(ended.err))),
                    "install the package slirp4netns again, or use --guest appliance");
}

} // namespace

void require_host_means(bool network) {
    require_root();
    static_cast<void>(bubblewrap_path());
    if (network)
        require_network_means();
}

void require_root() {
    if (geteuid() != 0)
        throw Error(ErrorKind::not_authorised, "the host guest mounts filesystems and needs root",
                    "run retouch as root, or use --guest appliance");
}

void require_network_means() {
    require_running(slirp_path());
    require_tunnels();
    if (geteuid() != 0)
        return; // who only asks cannot try
    static const bool tried = (require_network_here(), true);
    static_cast<void>(tried);
}

std::string bubblewrap_path() {
    return path_of("bwrap", "bubblewrap");
}

base::UniqueFd bubblewrap_program() {
    constexpr std::size_t k_largest = std::size_t{64} << 20;
    static const base::UniqueFd program =
        sealed_program(base::read_file(bubblewrap_path(), k_largest), 0111);
    return another(program);
}

std::string slirp_path() {
    return path_of(k_slirp, k_slirp, k_no_network);
}

} // namespace retouch::guest
