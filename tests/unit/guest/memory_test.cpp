// A command that takes all memory: it is stopped and told so, and the guest stays usable.

#include "base/text.hpp"
#include "support/tiny_image.hpp"
#include "unit/guest/open_guests.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <future>
#include <sched.h>
#include <sys/mount.h>

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr std::uint64_t k_limit = std::uint64_t{256} << 20;
constexpr int k_most_mib = 1024; ///< what a command takes of this host at most, if nothing stops it

const std::vector<const char *> k_shared_ways = {"many small processes",
                                                 "shared pages",
                                                 "segments of shared memory",
                                                 "page tables",
                                                 "pipes",
                                                 "sockets",
                                                 "temporary files",
                                                 "files without names",
                                                 "mapped files without names",
                                                 "several ways at once"};

bool is_tested(GuestKind wanted) {
    const std::vector<GuestKind> kinds = guest_kinds();
    return std::ranges::count(kinds, wanted) > 0;
}

/// With the static program that takes memory in it.
std::unique_ptr<Guest> open_with_hog(const ImageFile &image, GuestKind kind,
                                     std::uint64_t memory_bytes) {
    Notices notices;
    GuestOptions options = options_of(kind, image.directory());
    options.limits.memory_bytes = memory_bytes;
    std::unique_ptr<Guest> guest = open_guest(disk_of(image.path(), false), options, notices);
    guest->write("/opt/hog", std::filesystem::path(RETOUCH_MEMORY_HOG), 0755, 0, 0);
    return guest;
}

/// `most`: in MiB, empty for no end.
CommandResult take_memory(Guest &guest, const std::string &way, const std::string &most = "") {
    GuestCommand command;
    command.script = fmt::format("echo begins; /opt/hog '{}' {}; echo goes on", way, most);
    command.time_limit = std::chrono::seconds(300);
    return guest.run(command);
}

/// How the command ended, with what it met.
std::string end_of(const CommandResult &result) {
    return fmt::format("{} {} [{}] [{}] {}", result.timed_out ? "timed out" : "ended",
                       result.exit_status, fmt::join(base::split_lines(result.out.text), ", "),
                       base::escape(result.err.text), fmt::join(result.limits, ", "));
}

/// The same of one that is stopped: which of its processes ends first, and how far the others get
/// meanwhile, is chance.
std::string stop_of(const CommandResult &result) {
    return fmt::format("{} {} [{}] {}", result.timed_out ? "timed out" : "ended",
                       result.exit_status, base::split_lines(result.out.text + "\n").front(),
                       fmt::join(result.limits, ", "));
}

/// What `act` returns, in a thread that sees no control groups.
template<typename Act>
auto without_groups(const Act &act) {
    return std::async(std::launch::async,
                      [&act] {
                          REQUIRE(unshare(CLONE_NEWNS) == 0);
                          REQUIRE(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
                          REQUIRE(mount("none", "/sys/fs/cgroup", "tmpfs", 0, nullptr) == 0);
                          return act();
                      })
        .get();
}

/// The ends of all ways to take too much, one a line, and what a command says afterwards.
std::string ends_in(GuestKind kind, const std::vector<const char *> &ways,
                    const std::string &most) {
    const ImageFile image;
    const std::unique_ptr<Guest> guest = open_with_hog(image, kind, k_limit);
    std::string ends;
    for (const char *way : ways)
        ends += fmt::format("{}: {}, {}", way, stop_of(take_memory(*guest, way, most)),
                            run(*guest, "echo still").out.text);
    guest->finish();
    return ends;
}

std::string stopped_ends(const std::vector<const char *> &ways) {
    std::string ends;
    for (const char *way : ways)
        ends += fmt::format("{}: ended 137 [begins] it met the limit of 256.0 MiB of memory "
                            "(commands.memory in retouch.yaml), still\n",
                            way);
    return ends;
}

} // namespace

TEST_CASE("memory: a command that takes more than it may is stopped, whatever way it takes it") {
    const std::string most = std::to_string(k_most_mib);
    if (is_tested(GuestKind::host)) {
        // What one process alone takes ends by an error code on this host.
        CHECK(ends_in(GuestKind::host, k_shared_ways, most) == stopped_ends(k_shared_ways));
        CHECK(without_groups([&] { return ends_in(GuestKind::host, k_shared_ways, most); }) ==
              stopped_ends(k_shared_ways));
    }
    if (is_tested(GuestKind::appliance)) {
        std::vector<const char *> ways = k_shared_ways;
        ways.front() = "one process";
        CHECK(ends_in(GuestKind::appliance, ways, most) == stopped_ends(ways));
    }
}

TEST_CASE("memory: what is shared counts once, whatever shares it and whoever counts") {
    if (!is_tested(GuestKind::host))
        return;
    const auto ends = [] {
        const ImageFile image;
        const std::unique_ptr<Guest> guest = open_with_hog(image, GuestKind::host, k_limit);
        std::string text;
        for (const char *way :
             {"pages shared by many", "memory kept by many", "a mapped temporary file"})
            text += fmt::format("{}: {}\n", way, end_of(take_memory(*guest, way, "160")));
        guest->finish();
        return text;
    };
    const char *expected =
        "pages shared by many: ended 0 [begins, there was no more to be had, goes on] [] \n"
        "memory kept by many: ended 0 [begins, there was no more to be had, goes on] [] \n"
        "a mapped temporary file: ended 0 [begins, there was no more to be had, goes on] [] "
        "\n";
    CHECK(ends() == expected);
    CHECK(without_groups(ends) == expected);
}

TEST_CASE("memory: a command cannot take what the appliance itself needs") {
    if (!is_tested(GuestKind::appliance))
        return;
    const ImageFile image;
    const std::unique_ptr<Guest> guest =
        open_with_hog(image, GuestKind::appliance, CommandLimits{}.memory_bytes);
    for (const char *way : {"one process", "many small processes", "segments of shared memory"}) {
        CAPTURE(way);
        const CommandResult result = take_memory(*guest, way);
        REQUIRE(result.limits.size() == 1);
        CHECK_THAT(stop_of(result),
                   Catch::Matches("ended 137 \\[begins\\] it met the limit of [0-9.]+ "
                                  "[MG]iB of memory of the appliance \\(LIBGUESTFS_MEMSIZE in the "
                                  "environment, in MiB\\)"));
        CHECK(run(*guest, "echo still").out.text == "still\n");
    }
    guest->mark({});
    CHECK(run(*guest, "echo kept >/opt/kept").exit_status == 0);
    CHECK(guest->changes().size() == 1);
    guest->finish();
}
