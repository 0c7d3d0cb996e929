// The changes of a guest, against what another tool sees between the two images. Documented
// differences: virt-diff tells files that were only touched, or rewritten with the same bytes;
// and it names everything when its two appliances number the disks differently.

#include "base/process.hpp"
#include "base/text.hpp"
#include "unit/guest/open_guests.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <regex>

using namespace retouch;
using namespace retouch::test;

namespace {

/// The paths virt-diff names, sorted. What it found changed is there twice: before and after.
std::vector<std::string> virt_diff(const std::filesystem::path &before,
                                   const std::filesystem::path &after) {
    base::ProcessSpec spec;
    spec.program = "env"; // an emulated appliance works everywhere
    spec.arguments = {"LIBGUESTFS_BACKEND_SETTINGS=force_tcg",
                      "virt-diff",
                      "--format=raw",
                      "-a",
                      before.string(),
                      "--format=raw",
                      "-A",
                      after.string()};
    const base::ProcessResult result = base::run_checked(spec, "compare two images");
    const std::regex entry("[-+=] [-a-z] [0-7]{4} +[0-9]+ (/.*?)( -> .*)?");
    std::vector<std::string> paths;
    for (const std::string &line : base::split_lines(result.out))
        if (std::smatch match; std::regex_match(line, match, entry))
            paths.push_back(match[1]);
        else if (line == "# changed: st_dev" && paths.size() >= 2)
            paths.resize(paths.size() - 2);
    std::ranges::sort(paths);
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    return paths;
}

} // namespace

TEST_CASE("effects: virt-diff names the same paths") {
    if (guest_kinds().empty())
        return;
    const ImageFile before;
    const ImageFile after;
    const std::unique_ptr<Guest> guest = after.open(guest_kinds().front());
    guest->mark({});
    const CommandResult result =
        run(*guest, "cd /etc; umask 022; echo more >>hostname; rm hosts; echo n >new\n"
                    "chmod 600 passwd; chown 5:6 group; ln -s x os-release2; rm -r /var/log\n"
                    "mkdir /opt/d; ln new /opt/d/hard; ln -sfn other /bin/vi; rm /bin/ls\n"
                    "echo x >/bin/ls; echo 1 >/opt/s; chmod 4755 /opt/s; chmod 700 /home\n"
                    "truncate -s 100000 /opt/sparse; mkfifo /opt/fifo\n"
                    "touch -d '2001-01-01 00:00' shadow; cat resolv.conf >/tmp/x\n"
                    "cat /tmp/x >resolv.conf; touch -d '2001-01-01 00:00' resolv.conf; rm /tmp/x");
    REQUIRE(result.exit_status == 0);
    std::vector<std::string> paths;
    for (const EntryChange &change : guest->changes())
        paths.push_back(change.path);
    guest->finish();
    CHECK(paths.size() == 16);
    for (const char *touched : {"/etc/resolv.conf", "/etc/shadow"}) {
        CHECK(std::ranges::count(paths, touched) == 0);
        paths.emplace_back(touched);
    }
    std::ranges::sort(paths);
    CHECK(virt_diff(before.path(), after.path()) == paths);
}
