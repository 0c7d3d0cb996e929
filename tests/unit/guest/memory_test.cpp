// A command that takes all memory: it is stopped and told so, and the appliance stays usable.

#include "support/tiny_image.hpp"
#include "unit/guest/open_guests.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;
using namespace retouch::test;

namespace {

bool appliance_is_tested() {
    for (const GuestKind kind : guest_kinds())
        if (kind == GuestKind::appliance)
            return true;
    return false;
}

/// With the static program that takes memory in it.
std::unique_ptr<Guest> open_with_hog(const ImageFile &image, std::uint64_t memory_bytes) {
    Notices notices;
    GuestOptions options;
    options.run_directory = image.directory();
    options.limits.memory_bytes = memory_bytes;
    std::unique_ptr<Guest> guest = open_guest(disk_of(image.path(), false), options, notices);
    guest->write("/opt/hog", std::filesystem::path(RETOUCH_MEMORY_HOG), 0755, 0, 0);
    return guest;
}

CommandResult take_memory(Guest &guest, const std::string &kind) {
    GuestCommand command;
    command.script = fmt::format("echo begins; /opt/hog '{}'; echo goes on", kind);
    command.time_limit = std::chrono::seconds(300);
    return guest.run(command);
}

} // namespace

TEST_CASE("memory: a command that takes more than it may is stopped, whatever way it takes it") {
    if (!appliance_is_tested())
        return;
    const ImageFile image;
    const std::unique_ptr<Guest> guest = open_with_hog(image, std::uint64_t{256} << 20);
    for (const char *kind :
         {"one process", "many small processes", "shared pages", "segments of shared memory",
          "page tables", "pipes", "sockets", "temporary files"}) {
        CAPTURE(kind);
        const CommandResult result = take_memory(*guest, kind);
        CHECK(result.exit_status == 137);
        CHECK_FALSE(result.timed_out);
        // Which of its processes the kernel ends first, and how far the others get, is chance.
        CHECK(result.out.text.starts_with("begins\n"));
        CHECK(result.limits ==
              std::vector<std::string>{
                  "it met the limit of 256.0 MiB of memory (commands.memory in retouch.yaml)"});
        CHECK(run(*guest, "echo still").out.text == "still\n");
    }
    guest->finish();
}

TEST_CASE("memory: a command cannot take what the appliance itself needs") {
    if (!appliance_is_tested())
        return;
    const ImageFile image;
    const std::unique_ptr<Guest> guest = open_with_hog(image, CommandLimits{}.memory_bytes);
    for (const char *kind : {"one process", "many small processes", "segments of shared memory"}) {
        CAPTURE(kind);
        const CommandResult result = take_memory(*guest, kind);
        CHECK(result.exit_status == 137);
        CHECK_FALSE(result.timed_out);
        CHECK(result.out.text == "begins\n");
        CHECK(result.err.text.empty());
        REQUIRE(result.limits.size() == 1);
        CHECK_THAT(result.limits.front(),
                   Catch::Matches("it met the limit of [0-9.]+ [MG]iB of memory of the appliance "
                                  "\\(LIBGUESTFS_MEMSIZE in the environment, in MiB\\)"));
        CHECK(run(*guest, "echo still").out.text == "still\n");
    }
    guest->mark({});
    CHECK(run(*guest, "echo kept >/opt/kept").exit_status == 0);
    CHECK(guest->changes().size() == 1);
    guest->finish();
}
