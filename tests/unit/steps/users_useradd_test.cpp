// A second opinion: a user who is made has the lines that the useradd of this machine writes for
// the same wish into the same files.

#include "base/file.hpp"
#include "base/process.hpp"
#include "retouch/step_kind.hpp"
#include "support/memory_guest.hpp"
#include "unit/steps/sections.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <unistd.h>

using namespace retouch;
using namespace retouch::test;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_bound = std::size_t{1} << 20;
constexpr std::array<const char *, 6> k_tables = {"passwd",  "shadow", "group",
                                                  "gshadow", "subuid", "subgid"};

const std::map<std::string, std::string> &accounts() {
    static const std::map<std::string, std::string> texts = {
        {"passwd", "root:x:0:0:root:/root:/bin/sh\nbob:x:1000:1000:Bob:/home/bob:/bin/sh\n"
                   "sys:x:990:990::/:/bin/false\n"},
        {"shadow", "root:*:19000:0:99999:7:::\nbob:!:19000:0:99999:7:::\nsys:!:19000::::::\n"},
        {"group", "root:x:0:\nadm:x:4:bob\nsudo:x:27:\nusers:x:100:\nsys:x:990:\nbob:x:1000:\n"},
        {"gshadow", "root:*::\nadm:*::bob\nsudo:*::\nusers:*::\nsys:!::\nbob:!::\n"},
        {"subuid", "bob:100000:65536\n"},
        {"subgid", "bob:100000:65536\n"},
        {"login.defs", "UID_MIN 1000\nUID_MAX 60000\nGID_MIN 1000\nGID_MAX 60000\nUMASK 022\n"
                       "PASS_MAX_DAYS 365\nPASS_MIN_DAYS 1\nPASS_WARN_AGE 7\n"
                       "USERGROUPS_ENAB yes\nSUB_UID_COUNT 65536\nSUB_GID_COUNT 65536\n"}};
    return texts;
}

std::map<std::string, std::string> made_by_useradd(std::vector<std::string> arguments) {
    const base::TemporaryDirectory directory("/tmp", "useradd-");
    fs::create_directories(directory.path() / "etc/default");
    for (const auto &[name, text] : accounts())
        base::write_file_atomically(directory.path() / "etc" / name, text);
    base::ProcessSpec spec;
    spec.program = "/usr/sbin/useradd";
    spec.arguments = std::move(arguments);
    spec.arguments.insert(spec.arguments.begin(), {"--prefix", directory.path().string()});
    base::run_checked(spec, "make a user");
    std::map<std::string, std::string> texts;
    for (const char *name : k_tables)
        texts[name] = base::read_file(directory.path() / "etc" / name, k_bound);
    return texts;
}

std::map<std::string, std::string> made_by_step(const std::string &entry) {
    MemoryGuest guest;
    for (const auto &[name, text] : accounts())
        guest.put_file("/etc/" + name, text);
    guest.put_file("/bin/bash", "elf", 0755);
    const Step step = read_step("users", "- " + entry);
    REQUIRE(find_step_kind("users")->execute(step, guest).outcome == StepOutcome::changed);
    std::map<std::string, std::string> texts;
    for (const char *name : k_tables)
        texts[name] = guest.read(std::string("/etc/") + name, k_bound);
    return texts;
}

} // namespace

TEST_CASE("users: a new one has the lines that useradd writes") {
    if (::geteuid() != 0 || ::access("/usr/sbin/useradd", X_OK) != 0)
        return;
    CHECK(made_by_step("{name: carol}") == made_by_useradd({"-s", "/bin/sh", "carol"}));
    CHECK(made_by_step("{name: carol, uid: 2000, group: users, groups: [sudo, adm], comment: "
                       "Carol C, shell: /bin/bash, home: /srv/carol}") ==
          made_by_useradd({"-u", "2000", "-g", "users", "-G", "sudo,adm", "-c", "Carol C", "-s",
                           "/bin/bash", "-d", "/srv/carol", "carol"}));
    CHECK(made_by_step("{name: agent, system: true, shell: /bin/bash}") ==
          made_by_useradd({"-r", "-s", "/bin/bash", "agent"}));
    CHECK(made_by_step("{name: carol, password: $6$salt$hash}") ==
          made_by_useradd({"-p", "$6$salt$hash", "-s", "/bin/sh", "carol"}));
}
