// What a command in the host guest finds of this host, and what it can do to it: nothing.

#include "support/tiny_image.hpp"
#include "unit/guest/open_guests.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdlib>
#include <fmt/format.h>
#include <future>
#include <ifaddrs.h>
#include <memory>
#include <netinet/in.h>
#include <seccomp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace retouch;
using namespace retouch::test;

namespace {

bool host_is_tested() {
    for (const GuestKind kind : guest_kinds())
        if (kind == GuestKind::host)
            return true;
    return false;
}

std::string said_by(const std::string &script) {
    GuestCommand command;
    command.script = script;
    return shared_guest(GuestKind::host).run(command).out.text;
}

/// A server on every address of this host, the loopback among them.
class Server {
  public:
    Server() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        socklen_t size = sizeof address;
        auto *plain = reinterpret_cast<sockaddr *>(&address);
        REQUIRE(bind(socket_.get(), plain, size) == 0);
        REQUIRE(listen(socket_.get(), 100) == 0);
        REQUIRE(getsockname(socket_.get(), plain, &size) == 0);
        port_ = ntohs(address.sin_port);
    }

    [[nodiscard]] int port() const { return port_; }

  private:
    base::UniqueFd socket_;
    int port_ = 0;
};

std::vector<std::string> addresses_of_host() {
    std::vector<std::string> found;
    ifaddrs *first = nullptr;
    REQUIRE(getifaddrs(&first) == 0);
    for (const ifaddrs *one = first; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET)
            continue;
        const auto *address = reinterpret_cast<const sockaddr_in *>(one->ifa_addr);
        std::array<char, INET_ADDRSTRLEN> text{};
        inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size());
        found.emplace_back(text.data());
    }
    freeifaddrs(first);
    return found;
}

/// What opening gives where the kernel maps the owners of no filesystem. Every filesystem that may
/// be mounted can be mapped by newer kernels, so a thread gets one that answers like an old one.
std::string refusal_of_old_kernel(const ImageFile &image, int answer) {
    return std::async(std::launch::async,
                      [&image, answer] {
                          const std::unique_ptr<void, decltype(&seccomp_release)> filter(
                              seccomp_init(SCMP_ACT_ALLOW), seccomp_release);
                          REQUIRE(seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(answer),
                                                   SCMP_SYS(mount_setattr), 0) == 0);
                          REQUIRE(seccomp_load(filter.get()) == 0);
                          return image.refusal(GuestKind::host);
                      })
        .get();
}

} // namespace

TEST_CASE("sandbox: an image whose owners the kernel cannot map is refused when it is opened") {
    if (!host_is_tested())
        return;
    const ImageFile image;
    const std::vector<std::string> before = host_residue();
    CHECK(
        refusal_of_old_kernel(image, EINVAL) ==
        "commands cannot be kept apart from this host: cannot map the owners of the guest's "
        "files: this kernel cannot do that for a filesystem of the guest | use --guest appliance");
    CHECK(refusal_of_old_kernel(image, ENOSYS) ==
          "commands cannot be kept apart from this host: cannot map the owners of the guest's "
          "files: this kernel is older than Linux 5.12 | use --guest appliance");
    CHECK(host_residue() == before);
}

TEST_CASE("sandbox: its users are nobody's on the host, and own their files on the disk") {
    if (!host_is_tested())
        return;
    CHECK(said_by("tr -s ' ' </proc/self/uid_map; tr -s ' ' </proc/self/gid_map") ==
          " 0 2147483648 2147483647\n 0 2147483648 2147483647\n");
    CHECK(said_by("touch /opt/owned; chown 33:44 /opt/owned; chmod 4750 /opt/owned;"
                  "chown 2000000000 /opt/owned; stat -c %u:%g /opt/owned") == "2000000000:44\n");
    const std::optional<FileInfo> owned = shared_guest(GuestKind::host).lstat("/opt/owned");
    REQUIRE(owned);
    CHECK(owned->uid == 2000000000);
    CHECK(owned->gid == 44);
    shared_guest(GuestKind::host).remove("/opt/owned");
}

TEST_CASE("sandbox: there is no way to further namespaces") {
    if (!host_is_tested())
        return;
    CHECK(said_by("cat /proc/sys/user/max_user_namespaces; unshare -Ur true || echo refused;"
                  "mount -t tmpfs none /mnt 2>/dev/null || echo refused;"
                  "mknod /opt/rd b 7 0 2>/dev/null || echo refused") ==
          "0\nrefused\nrefused\nrefused\n");
}

TEST_CASE("sandbox: nothing below /proc and /sys opens for writing but what is the command's own") {
    if (!host_is_tested())
        return;
    CHECK(said_by("find /proc /sys -type f ! -path '/proc/[0-9]*' | while read -r file; do"
                  " (: >>\"$file\") 2>/dev/null && echo \"$file\"; done; echo all") == "all\n");
}

TEST_CASE("sandbox: the host's device nodes stay as they are") {
    if (!host_is_tested())
        return;
    for (const char *path : {"/dev/null", "/dev/full", "/dev/zero", "/dev/urandom", "/dev/tty"}) {
        struct stat before {};

        struct stat after {};

        REQUIRE(stat(path, &before) == 0);
        CHECK(said_by(fmt::format("chmod 0600 {0}; chown 1:1 {0}; stat -c %u {0}", path)) == "1\n");
        REQUIRE(stat(path, &after) == 0);
        CHECK(before.st_mode == after.st_mode);
        CHECK(before.st_uid == after.st_uid);
        CHECK(before.st_ctim.tv_sec == after.st_ctim.tv_sec);
        CHECK(before.st_ctim.tv_nsec == after.st_ctim.tv_nsec);
    }
}

TEST_CASE("sandbox: our environment is in no process of it") {
    if (!host_is_tested())
        return;
    setenv("OS_PASSWORD", "DUMMY-secret", 1);
    CHECK(
        said_by(
            "cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -c DUMMY; wc -c </proc/1/environ") ==
        "0\n0\n");
    unsetenv("OS_PASSWORD");
}

TEST_CASE("sandbox: what a command may use is limited") {
    if (!host_is_tested())
        return;
    CHECK(said_by("ulimit -u; ulimit -d; ulimit -n; ulimit -c; ulimit -f") ==
          "4096\n4194304\n1024\n0\n34359738368\n");
}

TEST_CASE("sandbox: all its users together have the processes one may have") {
    if (!host_is_tested())
        return;
    ImageFile image;
    Notices notices;
    GuestOptions options;
    options.kind = GuestKind::host;
    options.run_directory = image.directory();
    options.limits.processes = 50;
    const std::unique_ptr<Guest> guest = open_guest(disk_of(image.path(), false), options, notices);
    const CommandResult result = run(*guest, "i=0; while [ $i -lt 100 ]; do i=$((i+1));"
                                             " sleep 5 & done; echo no limit");
    CHECK(result.exit_status != 0);
    CHECK(result.out.text.empty());
    CHECK(result.err.text.find("fork") != std::string::npos);
    guest->finish();
}

TEST_CASE("sandbox: a network reaches outwards and not this host") {
    const GuestKind kind = GENERATE(GuestKind::host, GuestKind::appliance);
    const std::vector<GuestKind> tested = guest_kinds();
    const char *appliance = std::getenv("RETOUCH_TEST_APPLIANCE");
    const bool is_libguestfs = appliance != nullptr && std::string_view(appliance) == "libguestfs";
    // Of libguestfs' network the probe tells.
    if (std::ranges::count(tested, kind) == 0 || (kind == GuestKind::appliance && is_libguestfs))
        return;
    CAPTURE(name_of(kind));
    const Server server;
    const ImageFile image;
    const std::unique_ptr<Guest> guest = image.open(kind, false, true);
    const auto said_by = [&guest](const std::string &script, bool network = false) {
        GuestCommand command;
        command.script = script;
        command.network = network;
        return guest->run(command).out.text;
    };
    std::vector<std::string> addresses = addresses_of_host();
    for (const char *address : {"198.18.255.2", "198.18.255.3", "198.18.255.100", "0.0.0.0",
                                "127.1.2.3", "169.254.169.254"})
        addresses.emplace_back(address);
    for (const std::string &address : addresses) {
        CAPTURE(address);
        CHECK(said_by(fmt::format("nc -w 3 {} {} </dev/null 2>/dev/null && echo reached; echo end",
                                  address, server.port()),
                      true) == "end\n");
    }
    CHECK(said_by("cat /etc/resolv.conf; ip -o link | wc -l", true) ==
          "nameserver 198.18.255.3\n2\n");
    // Outwards is the router of slirp4netns, which answers for the world.
    CHECK(said_by("ip route get 192.0.2.1 | head -n 1 | cut -d' ' -f1-3", true) ==
          "192.0.2.1 via 198.18.255.2\n");
    CHECK(said_by("ip route del default; ip route add 127.1.0.0/16 via 198.18.255.2; "
                  "ip link set eth0 mtu 1000; ip route get 192.0.2.1 | cut -d' ' -f3",
                  true)
              .find("198.18.255.2") == 0);
    CHECK(said_by("ip -o link | wc -l") == "1\n");
    guest->finish();
}

TEST_CASE("sandbox: a /run that is a link into the guest's files is refused") {
    if (!host_is_tested())
        return;
    const ImageFile image({"--root-hook", "rm -rf run; ln -s etc run"});
    const std::unique_ptr<Guest> guest = image.open(GuestKind::host);
    std::string message;
    try {
        static_cast<void>(run(*guest, "true"));
    } catch (const Error &error) {
        message = error.what();
    }
    CHECK(message == "/run of the guest is a link to /etc, and commands need a /run that holds no "
                     "files of the guest");
    guest->finish();
}
