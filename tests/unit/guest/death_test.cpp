// Sudden ends: a killed owner, an interruption, a full disk. The owner is this test program itself,
// started again with a hidden case that holds a guest open.

#include "base/clock.hpp"
#include "base/interrupt.hpp"
#include "base/process.hpp"
#include "guest/appliance/leftovers.hpp"
#include "guest/host/mount.hpp"
#include "support/tiny_image.hpp"
#include "unit/guest/open_guests.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

using namespace retouch;
using namespace retouch::test;
namespace fs = std::filesystem;

namespace {

constexpr double k_patience_seconds = 120;

/// Waits for something that ought to happen.
bool within_patience(const std::function<bool()> &happened) {
    const base::Stopwatch watch;
    while (!happened()) {
        if (watch.seconds() > k_patience_seconds)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return true;
}

/// Processes and loop devices of the whole machine that name `directory`.
std::vector<std::string> traces_of(const fs::path &directory) {
    std::vector<std::string> traces;
    for (const auto &entry : fs::directory_iterator("/proc")) {
        std::ifstream file(entry.path() / "cmdline");
        std::string words((std::istreambuf_iterator<char>(file)), {});
        std::ranges::replace(words, '\0', ' ');
        if (words.find(directory.string()) != std::string::npos)
            traces.push_back(words);
    }
    for (const auto &device : fs::directory_iterator("/sys/block")) {
        std::ifstream file(device.path() / "loop/backing_file");
        std::string backing;
        if (std::getline(file, backing) && backing.find(directory.string()) != std::string::npos)
            traces.push_back(backing);
    }
    return traces;
}

/// A small filesystem where the storage daemon of a guest of this kind sees it: a host guest's is
/// in the outer namespace, which this thread may have left already.
class SmallFilesystem {
  public:
    SmallFilesystem(const char *options, GuestKind kind)
        : kind_(kind), directory_("/tmp", own_prefix()) {
        in_place({"mount", "-t", "tmpfs", "-o", options, "tmpfs", directory_.path()});
    }

    ~SmallFilesystem() { in_place({"umount", "-l", directory_.path()}); }

    SmallFilesystem(const SmallFilesystem &) = delete;
    SmallFilesystem &operator=(const SmallFilesystem &) = delete;

    /// Copies an image there.
    [[nodiscard]] Disk take(const fs::path &image) const {
        const fs::path path = directory_.path() / "image.raw";
        in_place({"cp", "--sparse=always", image, path});
        return {DiskFile{"raw", path}, static_cast<std::int64_t>(fs::file_size(image)), false};
    }

  private:
    void in_place(const std::vector<std::string> &words) const {
        base::ProcessSpec spec;
        spec.program = "nsenter";
        if (kind_ == GuestKind::host) {
            guest::enter_private_mounts();
            spec.arguments = {fmt::format("--mount=/proc/self/fd/{}", guest::outer_mounts_fd())};
            spec.inherited = {guest::outer_mounts_fd()};
        }
        spec.arguments.emplace_back("--");
        spec.arguments.insert(spec.arguments.end(), words.begin(), words.end());
        CHECK(base::run_process(spec).ok());
    }

    GuestKind kind_;
    base::TemporaryDirectory directory_;
};

/// This program with the hidden case below.
class Owner {
  public:
    Owner(const ImageFile &image, GuestKind kind) : image_(image), process_(spec(image, kind)) {}

    /// Waits until it holds the guest and its command runs.
    [[nodiscard]] bool ready() {
        return within_patience([&] {
                   std::this_thread::sleep_for(std::chrono::milliseconds(100));
                   return fs::exists(image_.directory() / "running") || !process_.running();
               }) &&
               process_.running();
    }

    base::ChildProcess &process() { return process_; }

  private:
    static base::ProcessSpec spec(const ImageFile &image, GuestKind kind) {
        base::ProcessSpec spec;
        spec.program = fs::read_symlink("/proc/self/exe");
        spec.arguments = {"owner: holds a guest open and runs a long command"};
        spec.environment = {{"PATH", std::getenv("PATH")},
                            {"OWNER_KIND", name_of(kind)},
                            {"OWNER_DIRECTORY", image.directory()}};
        spec.log = image.directory() / "owner.log";
        return spec;
    }

    const ImageFile &image_;
    base::ChildProcess process_;
};

} // namespace

TEST_CASE("owner: holds a guest open and runs a long command", "[.]") {
    const char *directory = std::getenv("OWNER_DIRECTORY");
    REQUIRE(directory != nullptr);
    const fs::path path(directory);
    base::install_interrupt_handlers();
    Notices notices;
    const GuestKind kind =
        std::string(std::getenv("OWNER_KIND")) == "host" ? GuestKind::host : GuestKind::appliance;
    const std::unique_ptr<Guest> guest =
        open_guest(disk_of(path / "image.raw", false), options_of(kind, path), notices);
    std::ofstream(path / "running") << "yes";
    try {
        static_cast<void>(
            run(*guest, "while :; do dd if=/dev/zero of=/opt/x bs=1M count=20 conv=fsync; done & "
                        "sleep 500"));
    } catch (const Error &error) {
        std::ofstream(path / "ended") << static_cast<int>(error.kind());
    }
}

TEST_CASE("guest: when its owner is killed, everything ends with it") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const ImageFile image;
            {
                Owner owner(image, kind);
                REQUIRE(owner.ready());
                CHECK(traces_of(image.directory()).size() > 1);
                kill(owner.process().pid(), SIGKILL);
            }
            CHECK(within_patience([&] { return traces_of(image.directory()).empty(); }));
            for (const fs::path &stale : guest::stale_appliance_directories())
                fs::remove_all(stale);
            if (kind == GuestKind::appliance)
                return;
            // What was made can be used again at once.
            const std::unique_ptr<Guest> guest = image.open(kind);
            CHECK(guest->read("/etc/hostname", 10) == "tiny\n");
            guest->finish();
        }
}

TEST_CASE("guest: an interruption ends a running command and then everything") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const ImageFile image;
            Owner owner(image, kind);
            REQUIRE(owner.ready());
            kill(owner.process().pid(), SIGINT);
            CHECK(within_patience([&] { return !owner.process().running(); }));
            std::string kind_of_end;
            std::ifstream(image.directory() / "ended") >> kind_of_end;
            CHECK(kind_of_end == std::to_string(static_cast<int>(ErrorKind::interrupted)));
            CHECK(traces_of(image.directory()).empty());
        }
}

TEST_CASE("guest: a full disk of the host is told, and nothing hangs or stays") {
    if (geteuid() != 0)
        return;
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const ImageFile image;
            const SmallFilesystem small("size=16m", kind);
            Notices notices;
            const std::unique_ptr<Guest> guest =
                open_guest(small.take(image.path()), options_of(kind, image.directory()), notices);
            CHECK(run(*guest, "dd if=/dev/urandom of=/opt/fill bs=1M count=30; sync").seconds < 60);
            CHECK_THROWS_AS(guest->finish(), Error);
        }
}

TEST_CASE("leftovers: only socket directories nobody uses are named") {
    const base::TemporaryDirectory unused("/tmp", "libguestfs-test-");
    const base::TemporaryDirectory starting("/tmp", "libguestfs-test-");
    const base::TemporaryDirectory other("/tmp", own_prefix());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (unused.path() / "guestfsd.sock").string().copy(address.sun_path, sizeof address.sun_path - 1);
    base::UniqueFd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(bind(listener.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) == 0);
    CHECK(std::ranges::count(guest::stale_appliance_directories(), unused.path()) == 0);
    listener.reset();
    const std::vector<fs::path> stale = guest::stale_appliance_directories();
    // A recovery at the same time may have been quicker to clear it.
    CHECK((std::ranges::count(stale, unused.path()) == 1 || !fs::exists(unused.path())));
    CHECK(std::ranges::count(stale, starting.path()) == 0);
    CHECK(std::ranges::count(stale, other.path()) == 0);
}

TEST_CASE("leftovers: processes that end while they are looked at are no fault") {
    const base::TemporaryDirectory unused("/tmp", "libguestfs-test-");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (unused.path() / "guestfsd.sock").string().copy(address.sun_path, sizeof address.sun_path - 1);
    const base::UniqueFd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(bind(listener.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) == 0);
    base::ProcessSpec spec;
    spec.program = "sh";
    spec.arguments = {"-c", "while :; do /bin/true & /bin/true & wait; done"};
    const base::ChildProcess others(spec);
    for (int i = 0; i < 300; ++i)
        REQUIRE(std::ranges::count(guest::stale_appliance_directories(), unused.path()) == 0);
}
