// Machines of our own: what is saved and gone on from, by whom, and what becomes of it when
// something is odd about it. Each case keeps its machines in a cache of its own.

#include "base/process.hpp"
#include "guest/machine/machine_cache.hpp"
#include "guest/machine/machine_guest.hpp"
#include "support/tiny_image.hpp"
#include "unit/guest/open_guests.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <future>
#include <set>
#include <sys/stat.h>
#include <thread>

using namespace retouch;
using namespace retouch::test;
namespace fs = std::filesystem;

namespace {

bool are_tested() {
    const char *appliance = std::getenv("RETOUCH_TEST_APPLIANCE");
    const std::vector<GuestKind> kinds = guest_kinds();
    return std::ranges::count(kinds, GuestKind::appliance) > 0 && appliance != nullptr &&
           std::string_view(appliance) != "libguestfs";
}

/// The cache directory while this lives.
class Cache {
  public:
    explicit Cache(const std::string &place = "") {
        if (const char *value = std::getenv("XDG_CACHE_HOME"))
            former_ = value;
        setenv("XDG_CACHE_HOME", (place.empty() ? directory_.path().string() : place).c_str(), 1);
    }

    ~Cache() {
        if (former_.empty())
            unsetenv("XDG_CACHE_HOME");
        else
            setenv("XDG_CACHE_HOME", former_.c_str(), 1);
    }

    Cache(const Cache &) = delete;
    Cache &operator=(const Cache &) = delete;

    [[nodiscard]] fs::path path() const { return directory_.path() / "retouch/machine"; }

    [[nodiscard]] std::vector<fs::path> saved() const {
        std::vector<fs::path> found;
        for (const fs::directory_entry &entry : fs::directory_iterator(path()))
            if (entry.is_directory())
                found.push_back(entry.path());
        return found;
    }

  private:
    base::TemporaryDirectory directory_{"/tmp", own_prefix()};
    std::string former_;
};

std::unique_ptr<Guest> open_machine(const ImageFile &image) {
    Notices notices;
    GuestOptions options{GuestKind::appliance, image.directory()};
    options.appliance = ApplianceKind::machine;
    return open_guest(disk_of(image.path(), true), options, notices);
}

/// What a guest says that is opened now.
std::string said(const ImageFile &image, const std::string &script) {
    const std::unique_ptr<Guest> guest = open_machine(image);
    std::string text = run(*guest, script).out.text;
    guest->finish();
    return text;
}

struct Oddity {
    const char *name;
    std::function<void(const fs::path &saved)> make;
};

void write_into(const fs::path &file) {
    std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).put('x');
}

} // namespace

TEST_CASE("machine: two that go on from one state have random numbers of their own and the time") {
    if (!are_tested())
        return;
    const ImageFile image;
    const char *script = "head -c 16 /dev/urandom | od -An -tx1; cat "
                         "/proc/sys/kernel/random/boot_id /proc/sys/kernel/random/uuid";
    CHECK(said(image, script) != said(image, script));
    const std::string now = said(image, "date +%s");
    const auto here = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    CHECK(std::abs(std::stoll(now) - here) < 30);
}

TEST_CASE("machine: a saved one that something is odd about is not used, and made anew") {
    if (!are_tested())
        return;
    const std::vector<Oddity> oddities = {
        {"memory written to", [](const fs::path &saved) { write_into(saved / "memory"); }},
        {"memory cut short",
         [](const fs::path &saved) { fs::resize_file(saved / "memory", 4096); }},
        {"devices written to", [](const fs::path &saved) { write_into(saved / "devices"); }},
        {"initrd gone", [](const fs::path &saved) { fs::remove(saved / "initrd"); }},
        {"a list that is not JSON", [](const fs::path &saved) { write_into(saved / "list"); }},
        {"a list that others may read",
         [](const fs::path &saved) { chmod((saved / "list").c_str(), 0644); }},
        {"a directory that others may write",
         [](const fs::path &saved) { chmod(saved.c_str(), 0777); }},
    };
    const ImageFile image;
    const Cache cache;
    CHECK(said(image, "echo first") == "first\n");
    REQUIRE(cache.saved().size() == 1);
    const fs::path saved = cache.saved().front();
    for (const Oddity &oddity : oddities) {
        CAPTURE(oddity.name);
        const auto made = [&] {
            struct stat status {};

            stat((saved / "memory").c_str(), &status);
            return std::pair(status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
        };
        const auto before = made();
        oddity.make(saved);
        CHECK(said(image, "echo again") == "again\n");
        REQUIRE(cache.saved() == std::vector<fs::path>{saved});
        CHECK(made() != before);
    }
}

TEST_CASE("machine: one that a killed process was making is cleared and made") {
    if (!are_tested())
        return;
    const ImageFile image;
    const Cache cache;
    fs::create_directories(cache.path() / "making");
    chmod(cache.path().c_str(), 0700);
    std::ofstream(cache.path() / "making" / "memory") << "half";
    CHECK(said(image, "echo made") == "made\n");
    CHECK(cache.saved().size() == 1);
    CHECK(!fs::exists(cache.path() / "making"));
}

TEST_CASE("machine: two first uses at once make one") {
    if (!are_tested())
        return;
    const ImageFile first;
    const ImageFile second;
    const Cache cache;
    std::future<std::string> other =
        std::async(std::launch::async, [&second] { return said(second, "echo second"); });
    CHECK(said(first, "echo first") == "first\n");
    CHECK(other.get() == "second\n");
    CHECK(cache.saved().size() == 1);
}

TEST_CASE("machine: where none can be kept it is booted") {
    if (!are_tested())
        return;
    const ImageFile image;
    for (const std::string place : {"/proc/nowhere", "/dev/null"}) {
        const Cache cache(place);
        CHECK(said(image, "echo booted") == "booted\n");
    }
    const base::TemporaryDirectory open("/tmp", own_prefix());
    fs::create_directories(open.path() / "retouch/machine");
    chmod((open.path() / "retouch/machine").c_str(), 0755);
    const Cache cache(open.path());
    CHECK(said(image, "echo booted") == "booted\n");
    CHECK(fs::is_empty(open.path() / "retouch/machine"));
}

TEST_CASE("machine: only the newest of what is kept stay") {
    if (!are_tested())
        return;
    const ImageFile image;
    const Cache cache;
    for (const char *name : {"a", "b", "c", "d", "e"}) {
        fs::create_directories(cache.path() / name);
        fs::last_write_time(cache.path() / name,
                            fs::file_time_type::clock::now() - std::chrono::hours(24));
    }
    chmod(cache.path().c_str(), 0700);
    CHECK(said(image, "true") == "");
    CHECK(cache.saved().size() == 4);
}
