// What commands give files in capabilities lies on the disk as it would without a sandbox: compared
// as bytes, because the kernel shows both forms alike.

#include "unit/guest/open_guests.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <fmt/format.h>
#include <thread>

using namespace retouch;
using namespace retouch::test;

namespace {

const std::string k_plain = "(20) = 01 00 00 02 00 20 00 00 00 00 00 00 00 00 00 00 00 00 00 00 ";
const std::string k_of_root = // of the root of a namespace
    "(24) = 01 00 00 03 00 20 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 ";

/// "" when there are none.
std::string stored_at(const ImageFile &image, const std::string &path) {
    const std::string said = image.debugfs("ea_get -x " + path + " security.capability");
    const std::size_t at = std::min(said.find('('), said.size());
    return said.substr(at, said.find('\n', at) - at);
}

/// As a system had it that was installed in a namespace itself.
void store_of_root(const ImageFile &image, const std::string &path) {
    const std::filesystem::path value = image.directory() / "value";
    base::write_file_atomically(
        value, std::string("\x01\0\0\3\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24));
    image.debugfs(fmt::format("ea_set -f {} {} security.capability", value.string(), path), true);
}

void must_run(Guest &guest, const std::string &script) {
    const CommandResult result = run(guest, script);
    CAPTURE(script, result.out.text, result.err.text);
    REQUIRE(result.exit_status == 0);
}

/// Starts as many processes as it has lines, each of which changes a thousand inodes.
constexpr const char *k_more_changes_than_are_noted =
    "mkdir /opt/many; cd /opt/many; i=0; while [ $i -lt 1000 ]; do : >$i; i=$((i + 1)); done;"
    "for mode in 600 644 600 644 600 644 600 644 600 644 600 644 600 644 600 644 600 644; do"
    " chmod -R $mode . ; done";

} // namespace

TEST_CASE("capabilities: those a command sets are stored as on a system of their own") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const ImageFile image({"--root-hook", "touch opt/former opt/touched opt/old"});
            store_of_root(image, "/opt/former");
            store_of_root(image, "/opt/touched");
            REQUIRE(stored_at(image, "/opt/former") == k_of_root);
            // What was changed in the second in which a command begins may count as its own.
            std::this_thread::sleep_for(std::chrono::milliseconds(1100));
            const std::unique_ptr<Guest> guest = image.open(kind);
            guest->write("/opt/set", std::filesystem::path(RETOUCH_SET_ATTRIBUTE), 0755, 0, 0);
            const std::string set = "/opt/set $file security.capability x;";
            must_run(*guest, "for file in /opt/new /opt/old /opt/given; do touch $file;" + set +
                                 "done; ln /opt/new /opt/linked; mkdir /opt/d; file=/opt/moved;"
                                 "touch $file;" +
                                 set + "mv $file /opt/d/here; file=/opt/gone; touch $file;" + set +
                                 "rm $file; chmod 0600 /opt/touched;"
                                 "ln -s /opt/former /opt/link; touch -h /opt/link");
            must_run(*guest, std::string("file=/opt/among; touch $file;") + set +
                                 k_more_changes_than_are_noted);
            CHECK(guest->lstat("/opt/gone") == std::nullopt);
            guest->finish();
            for (const char *path : {"/opt/new", "/opt/old", "/opt/given", "/opt/linked",
                                     "/opt/d/here", "/opt/touched", "/opt/among"}) {
                CAPTURE(path);
                CHECK(stored_at(image, path) == k_plain);
            }
            CHECK(stored_at(image, "/opt/former") == k_of_root);
            CHECK(stored_at(image, "/opt/link").empty());
        }
}
