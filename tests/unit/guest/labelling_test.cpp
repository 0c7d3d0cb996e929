// Labelling, in a guest that is a table and in real ones.

#include "guest/selinux/labelling.hpp"
#include "guest/selinux/policy.hpp"
#include "guest/tree/tree_labels.hpp"
#include "support/memory_guest.hpp"
#include "unit/guest/open_guests.hpp"

#include <catch2/catch.hpp>
#include <cerrno>
#include <fmt/format.h>
#include <unistd.h>

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr const char *k_config = "# as delivered\nSELINUX=enforcing\nSELINUXTYPE=targeted\n";
constexpr const char *k_contexts = "/.* system_u:object_r:default_t:s0\n"
                                   "/etc(/.*)? system_u:object_r:etc_t:s0\n"
                                   "/etc/shadow -- system_u:object_r:shadow_t:s0\n"
                                   "/opt/.* -l system_u:object_r:link_t:s0\n"
                                   "/opt/.* -p system_u:object_r:fifo_t:s0\n"
                                   "/opt/none(/.*)? <<none>>\n";
constexpr const char *k_place = "/etc/selinux/targeted/contexts/files/file_contexts";
constexpr const char *k_old = "system_u:object_r:old_t:s0";

MemoryGuest guest_with_policy() {
    MemoryGuest guest;
    guest.put_file("/etc/selinux/config", k_config);
    guest.put_file(k_place, k_contexts);
    guest.put_file("/etc/motd", "old\n");
    guest.put_file("/etc/bare", "x\n");
    guest.put_label("/", k_old);
    guest.put_label("/etc/motd", k_old);
    return guest;
}

std::string label_of(const GuestView &guest, const std::string &path) {
    return guest.label(path).value_or("none");
}

} // namespace

TEST_CASE("labelling: what was made is labelled, what has a label keeps it, the rest stays bare") {
    MemoryGuest guest = guest_with_policy();
    guest.write("/etc/motd", std::string("new\n"), 0644, 0, 0);
    guest.write("/etc/shadow", std::string("x\n"), 0600, 0, 0);
    guest.make_directory("/opt/none", 0755, 0, 0);
    guest.make_link("x", "/opt/link");
    guest.make_directory("/opt/made", 0755, 0, 0);
    CHECK(guest::label_new_entries(guest).notes.empty());
    CHECK(label_of(guest, "/etc/motd") == k_old);
    CHECK(label_of(guest, "/etc/bare") == "none");
    CHECK(label_of(guest, "/etc/shadow") == "system_u:object_r:shadow_t:s0");
    CHECK(label_of(guest, "/opt/link") == "system_u:object_r:link_t:s0");
    CHECK(label_of(guest, "/opt/made") == "system_u:object_r:default_t:s0");
    CHECK(label_of(guest, "/opt/none") == "none");
}

TEST_CASE("labelling: an image without a policy, or never labelled, is left as it is") {
    const auto [what, change] =
        GENERATE(table<std::string, void (*)(MemoryGuest &)>({
            {"no configuration", [](MemoryGuest &guest) { guest.remove("/etc/selinux/config"); }},
            {"disabled",
             [](MemoryGuest &guest) {
                 guest.put_file("/etc/selinux/config", "SELINUX=disabled\nSELINUXTYPE=targeted\n");
             }},
            {"another policy",
             [](MemoryGuest &guest) {
                 guest.put_file("/etc/selinux/config", "SELINUX=enforcing\nSELINUXTYPE=mls\n");
             }},
            {"a path for a name",
             [](MemoryGuest &guest) {
                 guest.put_file("/etc/selinux/config",
                                "SELINUX=enforcing\nSELINUXTYPE=../selinux/targeted\n");
             }},
            {"no rules", [](MemoryGuest &guest) { guest.remove(k_place); }},
            {"labelled at boot", [](MemoryGuest &guest) { guest.put_file("/.autorelabel", ""); }},
            {"no label", [](MemoryGuest &guest) { guest.put_label("/", ""); }},
            {"another system", [](MemoryGuest &guest) { guest.mutable_facts().type = "windows"; }},
        }));
    CAPTURE(what);
    MemoryGuest guest = guest_with_policy();
    CHECK(guest::labelling_policy(guest) == "targeted");
    change(guest);
    CHECK(guest::labelling_policy(guest) == std::nullopt);
    guest.write("/etc/new", std::string("x\n"), 0644, 0, 0);
    CHECK(guest::label_new_entries(guest).notes.empty());
    CHECK(label_of(guest, "/etc/new") == "none");
}

TEST_CASE("labelling: what could not be labelled is named, bounded, and stops nothing") {
    MemoryGuest guest = guest_with_policy();
    guest.put_file(k_place, "/etc(/.*)? system_u:object_r:etc_t:s0\n"
                            "/etc/(?!a).* system_u:object_r:odd_t:s0\n");
    for (int number = 0; number < 7; ++number)
        guest.write(fmt::format("/opt/{}\x1b", number), std::string("x"), 0644, 0, 0);
    guest.write("/etc/made", std::string("x"), 0644, 0, 0);
    guest.write("/etc/full", std::string("x"), 0644, 0, 0);
    guest.refuse_label("/etc/full", ENOSPC);
    CHECK(guest::label_new_entries(guest).notes ==
          std::vector<std::string>{
              "without the label of the SELinux policy 'targeted': /opt/0\\x1b (no rule for it), "
              "/opt/1\\x1b (no rule for it), /opt/2\\x1b (no rule for it), "
              "/opt/3\\x1b (no rule for it), /opt/4\\x1b (no rule for it), and 3 more",
              "rules of the image's SELinux policy 'targeted' that retouch cannot follow were "
              "passed over: file_contexts:2 ((?! is not known; there is no lookahead or "
              "lookbehind)"});
    CHECK(label_of(guest, "/etc/made") == "system_u:object_r:etc_t:s0");
}

TEST_CASE("labelling: texts that are larger than a policy's are told, and stop nothing") {
    MemoryGuest guest = guest_with_policy();
    guest.write("/etc/new", std::string("x\n"), 0644, 0, 0);
    guest.put_file(std::string(k_place) + ".local", std::string((16 << 20) + 1, '#'));
    CHECK(guest::label_new_entries(guest).notes ==
          std::vector<std::string>{"nothing was labelled: the rules of the image's SELinux policy "
                                   "'targeted' are larger than 16 MiB"});
    guest.put_file("/etc/selinux/config", k_config + std::string(65536, '#'));
    CHECK(guest::labelling_policy(guest) == std::nullopt);
}

TEST_CASE("labelling: everything is labelled by type, but what was given on purpose") {
    MemoryGuest guest = guest_with_policy();
    guest.put_file("/etc/selinux/config", "SELINUX=disabled\nSELINUXTYPE=targeted\n");
    guest.put_file("/.autorelabel", "");
    guest.put_file("/etc/selinux/targeted/contexts/customizable_types", "mine_t\nown_t\n");
    guest.put_file("/etc/shadow", "x\n");
    guest.put_file("/etc/own", "x\n");
    guest.put_label("/etc/own", "system_u:object_r:own_t:s0");
    guest.put_label("/etc/shadow", "user_u:object_r:shadow_t:s0:c1");
    guest.put_directory("/opt/none");
    CHECK(guest::labelling_policy(guest) == std::nullopt);
    CHECK(guest::label_everything(guest).notes.empty());
    CHECK(label_of(guest, "/etc/motd") == "system_u:object_r:etc_t:s0");
    CHECK(label_of(guest, "/etc/bare") == "system_u:object_r:etc_t:s0");
    CHECK(label_of(guest, "/etc/own") == "system_u:object_r:own_t:s0");
    CHECK(label_of(guest, "/etc/shadow") == "user_u:object_r:shadow_t:s0:c1");
    CHECK(label_of(guest, "/") == "system_u:object_r:default_t:s0");
    CHECK(label_of(guest, "/opt/none") == "none");
    CHECK(guest::label_everything(guest).labelled == 0);
    guest.remove(k_place);
    CHECK(guest::label_everything(guest).notes ==
          std::vector<std::string>{
              "nothing was labelled: the image has no SELinux policy with rules for labels"});
}

TEST_CASE("labels: what was made in a guest has none, gets one, and all else is left") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const ImageFile image(
                {"--root-hook",
                 fmt::format("mkdir -p etc/selinux/targeted/contexts/files\n"
                             "printf '{}' >etc/selinux/config\nprintf '{}' >.{}\n"
                             "echo old >etc/motd; echo x >etc/bare; echo x >etc/moved; "
                             "touch -d 2001-01-01 etc/bare",
                             k_config, k_contexts, k_place)});
            for (const char *path : {"/", "/etc", "/opt", "/etc/motd", "/etc/moved"})
                image.debugfs(fmt::format("ea_set {} security.selinux {}", path, k_old), true);
            // Before any run of a test.
            image.debugfs("set_inode_field /etc/bare ctime 20010101000000", true);
            std::unique_ptr<Guest> guest = image.open(kind);
            CHECK(label_of(*guest, "/") == k_old);
            CHECK(label_of(*guest, "/etc/bare") == "none");
            guest->write("/etc/motd", std::string("new\n"), 0644, 0, 0);
            guest->write("/etc/shadow", std::string("x\n"), 0600, 0, 0);
            CHECK(run(*guest, "cd /opt; ln -s /nowhere link; mkfifo fifo; mkdir -p none/deep; "
                              "echo x >file; mv /etc/moved /opt/moved; touch -d 2001-01-01 file")
                      .exit_status == 0);
            guest->mark({});
            CHECK(guest::label_new_entries(*guest).notes.empty());
            std::vector<std::pair<std::string, std::string>> labelled;
            // The rest of the image is as young as this test, and may be taken for made in it.
            for (const EntryChange &change : guest->changes())
                if (change.path.starts_with("/opt/") || change.path == "/etc/shadow")
                    labelled.emplace_back(change.path, change.after->attributes);
            const auto hex = [](const std::string &type) {
                std::string text = "security.selinux=";
                for (const char letter : "system_u:object_r:" + type + ":s0")
                    text += fmt::format("{:02x}", letter);
                return text + "00\n";
            };
            using Pairs = std::vector<std::pair<std::string, std::string>>;
            CHECK(labelled == Pairs{{"/etc/shadow", hex("shadow_t")},
                                    {"/opt/fifo", hex("fifo_t")},
                                    {"/opt/file", hex("default_t")},
                                    {"/opt/link", hex("link_t")}});
            CHECK(label_of(*guest, "/opt/link") == "system_u:object_r:link_t:s0");
            CHECK(label_of(*guest, "/etc/bare") == "none");
            CHECK(label_of(*guest, "/opt/none/deep") == "none");
            for (const char *path : {"/etc/motd", "/opt/moved", "/etc"})
                CHECK(label_of(*guest, path) == k_old);
            CHECK(guest->set_labels({{"/etc/bare/no", k_old}, {"/etc/motd", "a:b:c"}}) ==
                  std::vector<FailedLabel>{{"/etc/bare/no", ENOTDIR}});
            CHECK(guest::label_new_entries(*guest).notes.empty());
            CHECK(guest->changes().empty());
            CHECK(guest::label_everything(*guest).notes.empty());
            for (const char *path : {"/etc/motd", "/etc/bare", "/etc"})
                CHECK(label_of(*guest, path) == "system_u:object_r:etc_t:s0");
            CHECK(label_of(*guest, "/opt/none/deep") == "none");
            CHECK(label_of(*guest, "/opt/link") == "system_u:object_r:link_t:s0");
            CHECK(guest::label_everything(*guest).labelled == 0);
            CHECK(guest->set_labels({{"/etc/motd", "a:b:c", k_old}}).empty());
            CHECK(label_of(*guest, "/etc/motd") == "system_u:object_r:etc_t:s0");
            guest->finish();
            CHECK(image.debugfs("ea_get /etc/shadow security.selinux").find("shadow_t:s0") !=
                  std::string::npos);
        }
}

TEST_CASE(
    "labels: what changed before a guest was opened was not made in it, however young it is") {
    constexpr std::int64_t second = 1'000'000'000;
    constexpr std::int64_t opened = 1'700'000'000 * second + 500'000'000;
    CHECK_FALSE(guest::may_have_changed_since(opened - 1, opened));
    CHECK(guest::may_have_changed_since(opened, opened));
    CHECK(guest::may_have_changed_since(opened + 1, opened));
    CHECK_FALSE(guest::may_have_changed_since(opened - second, opened));
    // Of a filesystem that notes no more than seconds.
    CHECK(guest::may_have_changed_since(1'700'000'000 * second, opened));
    CHECK_FALSE(guest::may_have_changed_since((1'700'000'000 - 1) * second, opened));
    for (int times = 0; times < 1000; ++times) {
        const guest::ClockMark mark = guest::ClockMark::now();
        REQUIRE(mark.set - mark.earliest() < 20'000'000);
    }
}

TEST_CASE("labels: files of an image that was made a moment ago are not taken for new", "[root]") {
    if (geteuid() != 0 || guest_kinds().front() != GuestKind::host)
        return;
    const ImageFile image(
        {"--root-hook", fmt::format("mkdir -p etc/selinux/targeted/contexts/files\n"
                                    "printf '{}' >etc/selinux/config\nprintf '{}' >.{}\n",
                                    k_config, k_contexts, k_place)});
    image.debugfs(fmt::format("ea_set / security.selinux {}", k_old), true);
    const std::unique_ptr<Guest> touched = image.open(GuestKind::host);
    touched->write("/etc/young", std::string("x\n"), 0644, 0, 0);
    touched->finish();
    const guest::ClockMark began = guest::ClockMark::now();
    const std::unique_ptr<Guest> guest = image.open(GuestKind::host);
    guest->write("/etc/made", std::string("x\n"), 0644, 0, 0);
    CHECK(guest::label_new_entries(*guest).notes.empty());
    CHECK(label_of(*guest, "/etc/made") == "system_u:object_r:etc_t:s0");
    // Where this machine's clock was set back meanwhile, more seems to be new, as it must.
    if (began.set - began.earliest() < 20'000'000)
        CHECK(label_of(*guest, "/etc/young") == "none");
    else
        WARN("the clock was set back");
    guest->finish();
}
