// slirp4netns moves packets between a device in the namespace and sockets of its own on the host.
// It must be started before this process gives up being root of the host, and may begin only when
// the namespace is there.

#include "guest/host/launcher/network.hpp"

#include "guest/host/launch_orders.hpp"
#include "guest/host/launcher/failure.hpp"
#include "guest/host/launcher/machine_network.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>
#include <utility>

namespace retouch::guest {

namespace {

constexpr int k_patience_milliseconds = 30000;

struct Pipe {
    int read_end = -1;
    int write_end = -1;

    Pipe() {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0)
            fail("make a pipe");
        read_end = ends[0];
        write_end = ends[1];
    }
};

/// The kernel would not kill it when its parent dies, who is no longer allowed to by then: until it
/// is told to go the pipe ends it, afterwards the lifeline.
[[noreturn]] void become_slirp(const LaunchOrders &orders, const std::string &process, int go,
                               const Pipe &ready, const Pipe &words) {
    signal(SIGPIPE, SIG_IGN); // nobody reads its words once the network is there
    char byte = 0;
    if (read(go, &byte, 1) != 1)
        _exit(0);
    const int lifeline = static_cast<int>(orders.lifeline);
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    fcntl(ready.write_end, F_SETFD, 0);
    fcntl(lifeline, F_SETFD, 0);
    dup2(words.write_end, STDOUT_FILENO);
    dup2(words.write_end, STDERR_FILENO);
    const std::string ready_option = "--ready-fd=" + std::to_string(ready.write_end);
    const std::string exit_option = "--exit-fd=" + std::to_string(lifeline);
    const std::string mtu_option = "--mtu=" + std::to_string(k_inner_packet_bytes);
    const std::string network_option = std::string("--cidr=") + k_inner_network;
    const std::array<const char *, 13> arguments = {"slirp4netns",
                                                    "--configure",
                                                    mtu_option.c_str(),
                                                    "--disable-host-loopback",
                                                    "--enable-sandbox",
                                                    "--enable-seccomp",
                                                    network_option.c_str(),
                                                    ready_option.c_str(),
                                                    exit_option.c_str(),
                                                    process.c_str(),
                                                    "tap0",
                                                    nullptr};
    const std::array<const char *, 1> environment = {nullptr};
    execve(orders.slirp.c_str(), const_cast<char **>(arguments.data()),
           const_cast<char **>(environment.data()));
    fail("execute slirp4netns");
}

} // namespace

OutwardNetwork::OutwardNetwork(const LaunchOrders &orders) : wanted_(orders.network) {
    if (!wanted_)
        return;
    if (orders.joins_network) {
        join_machine_network(orders);
        joined_ = true;
        return;
    }
    // Ours goes when we become bubblewrap: until then it is we who say what is wrong.
    fcntl(static_cast<int>(orders.lifeline), F_SETFD, FD_CLOEXEC);
    auto own = own_addresses();
    if (!own)
        fail("read this host's addresses");
    own_addresses_ = std::move(*own);
    const Pipe go;
    const Pipe ready;
    const Pipe words;
    const std::string process = std::to_string(getpid());
    const pid_t child = fork();
    if (child < 0)
        fail("start slirp4netns");
    if (child == 0) {
        close(go.write_end);
        become_slirp(orders, process, go.read_end, ready, words);
    }
    close(go.read_end);
    close(ready.write_end);
    close(words.write_end);
    go_ = go.write_end;
    ready_ = ready.read_end;
    words_ = words.read_end;
}

void OutwardNetwork::connect() const {
    if (joined_)
        return;
    if (unshare(CLONE_NEWNET) != 0)
        fail("make a network namespace");
    if (!bring_loopback_up())
        fail("bring the loopback interface up");
    if (!wanted_)
        return;
    wait_for_slirp();
    close_routes(own_addresses_, {k_name_server, 24});
}

/// Why the network is not there, from what slirp4netns said or did.
std::string OutwardNetwork::complaint(bool ended) const {
    std::array<char, 1000> said{};
    fcntl(words_, F_SETFL, O_NONBLOCK);
    const ssize_t got = read(words_, said.data(), said.size());
    if (got > 0)
        return "slirp4netns said: " + std::string(said.data(), static_cast<std::size_t>(got));
    return ended ? "slirp4netns ended without a word"
                 : "slirp4netns did not make it within " +
                       std::to_string(k_patience_milliseconds / 1000) + " s, and says nothing";
}

void OutwardNetwork::wait_for_slirp() const {
    char byte = 'g';
    pollfd waiting{ready_, POLLIN, 0};
    const bool told = write(go_, &byte, 1) == 1;
    int answered = 0;
    while (told && (answered = poll(&waiting, 1, k_patience_milliseconds)) < 0 && errno == EINTR) {
    }
    if (answered == 1 && read(ready_, &byte, 1) == 1)
        return;
    fail(k_connecting, complaint(answered != 0));
}

} // namespace retouch::guest
