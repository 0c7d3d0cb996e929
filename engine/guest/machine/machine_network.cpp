#include "guest/machine/machine_network.hpp"

#include "base/clock.hpp"
#include "base/last_words.hpp"
#include "base/unix_socket.hpp"
#include "base/waiting.hpp"
#include "guest/host/host_means.hpp"
#include "guest/host/launch_orders.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

namespace retouch::guest {

namespace {

namespace fs = std::filesystem;

constexpr double k_patience_seconds = 30;

fs::path socket_in(const fs::path &directory) {
    return directory / "network.sock";
}

/// Its form for programs that take frames from a socket instead of a device: it listens there.
base::ProcessSpec slirp(const fs::path &directory, const fs::path &log) {
    base::ProcessSpec spec;
    spec.program = slirp_path();
    spec.arguments = {"--target-type=bess",
                      fmt::format("--mtu={}", k_inner_packet_bytes),
                      "--disable-host-loopback",
                      "--enable-seccomp",
                      fmt::format("--cidr={}", k_inner_network),
                      socket_in(directory).string()};
    spec.environment.emplace();
    spec.log = log;
    return spec;
}

} // namespace

MachineNetwork::MachineNetwork(const fs::path &directory)
    : log_(directory / "network.log"), process_(slirp(directory, log_)), hold_(process_.hold()) {
    const base::Stopwatch waited;
    while (!(frames_ = base::connected_if_served(socket_in(directory), SOCK_SEQPACKET))) {
        if (!process_.running() || waited.seconds() > k_patience_seconds)
            throw Error(ErrorKind::unavailable,
                        fmt::format("commands cannot have a network: slirp4netns did not start: {}",
                                    base::last_words(log_)));
        base::pause_for(std::chrono::milliseconds(2));
    }
}

void MachineNetwork::require_running() const {
    if (const auto end = process_.end())
        throw Error(ErrorKind::failed,
                    fmt::format("the network helper slirp4netns {}", end->text()),
                    "see what ended it ('dmesg' tells when memory ran out), and run again");
}

} // namespace retouch::guest
