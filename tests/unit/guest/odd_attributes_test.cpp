// Attributes that a disk has and a kernel does not hand out, as only a program that writes the disk
// itself can make them: an image that has some is looked at and worked on as any other.

#include "base/digest.hpp"
#include "base/text.hpp"
#include "unit/guest/open_guests.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;
using namespace retouch::test;

namespace {

struct OddAttribute {
    std::string what;
    std::string name;
    std::string value;
    std::string told;        ///< of the attributes
    std::string at = "file"; ///< an entry that "make" knows how to make
};

const std::string k_acl_header("\1\0\0\0", 4);

std::vector<OddAttribute> odd_attributes() {
    const std::string capability = "security.capability";
    const std::string unreadable = capability + "=unreadable\n";
    const std::string rights("\0\x20\0\0\0\0\0\0", 8);
    const auto revision = [](char number) { return std::string("\1\0\0", 3) + number; };
    return {
        {"revision 1", capability, revision(1) + rights, unreadable},
        {"revision 2 too short", capability, revision(2) + rights, unreadable},
        {"revision 2 too long", capability, revision(2) + std::string(20, '\0'), unreadable},
        {"revision 3 too short", capability, revision(3) + std::string(16, '\0'), unreadable},
        {"revision 3 of nobody", capability,
         revision(3) + rights + std::string(8, '\0') + std::string(4, '\xff'), unreadable},
        {"revision 200", capability, revision('\xc8') + std::string(16, '\0'), unreadable},
        {"a byte", capability, "x", unreadable},
        {"a long one", capability, std::string(900, 'x'), unreadable},
        {"of a directory", capability, "x", unreadable, "directory"},
        {"of a link", capability, "x", unreadable, "link"},
        {"of a fifo", capability, "x", unreadable, "fifo"},
        {"an ACL of no version", "system.posix_acl_access", "\7",
         "system.posix_acl_access=unreadable\n"},
        {"an ACL of another version", "system.posix_acl_access", std::string("\7\0\0\0", 4),
         "system.posix_acl_access=unreadable\n"},
        {"an ACL that is cut", "system.posix_acl_access", k_acl_header + "xyz",
         "system.posix_acl_access=unreadable\n"},
        {"a default ACL", "system.posix_acl_default", k_acl_header + "xyz",
         "system.posix_acl_default=unreadable\n", "directory"},
        {"a user's of a link", "user.a", "x", "user.a=unreadable\n", "link"},
        {"a user's of a fifo", "user.a", "x", "user.a=unreadable\n", "fifo"},
        {"a name that is no UTF-8", "user.\xff\xc3", "x", "user.%ff%c3=78\n"},
        {"a name that is too long", "user." + std::string(254, 'n'), "x",
         "user." + std::string(254, 'n') + "=unreadable\n"},
        {"trusted", "trusted.a", "x", "trusted.a=78\n"},
        {"empty", "trusted.a", "", "trusted.a=\n"},
    };
}

std::string path_of(std::size_t number) {
    return fmt::format("/opt/odd/{:02}", number);
}

/// One entry per attribute, each in its row's place.
std::string entries_of(const std::vector<OddAttribute> &odd) {
    std::string script = "mkdir opt/odd; cd opt/odd\n";
    for (std::size_t number = 0; number < odd.size(); ++number) {
        const std::string &at = odd[number].at;
        script += fmt::format("{} {:02}\n",
                              at == "directory" ? "mkdir"
                              : at == "link"    ? "ln -s target"
                              : at == "fifo"    ? "mkfifo"
                                                : "echo x >",
                              number);
    }
    return script;
}

/// Raw, as it is to lie on the disk.
void store(const ImageFile &image, const std::string &path, const OddAttribute &odd) {
    const std::filesystem::path value = image.directory() / "value";
    base::write_file_atomically(value, odd.value);
    image.debugfs(fmt::format("ea_set -r -f {} {} {}", value.string(), path, odd.name), true);
}

ImageFile odd_image(const std::vector<OddAttribute> &odd) {
    ImageFile image({"--root-hook", entries_of(odd)});
    for (std::size_t number = 0; number < odd.size(); ++number)
        store(image, path_of(number), odd[number]);
    return image;
}

std::string attributes_of(const std::optional<EntryState> &state) {
    return state ? state->attributes : "none";
}

} // namespace

TEST_CASE("odd attributes: an image that has some is looked at, and they are told as unreadable") {
    const std::vector<OddAttribute> odd = odd_attributes();
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const ImageFile image = odd_image(odd);
            const std::unique_ptr<Guest> guest = image.open(kind);
            guest->mark({});
            CHECK(guest->changes().empty());
            CHECK(run(*guest, "mv /opt/odd /opt/moved").exit_status == 0);
            const std::vector<EntryChange> moved = guest->changes();
            REQUIRE(moved.size() == 2 * (odd.size() + 1));
            for (std::size_t number = 0; number < odd.size(); ++number) {
                CAPTURE(odd[number].what);
                const EntryChange &here = moved[number + 1];
                const EntryChange &gone = moved[odd.size() + 2 + number];
                CHECK(gone.path == path_of(number));
                CHECK(attributes_of(gone.before) == odd[number].told);
                CHECK(attributes_of(here.after) == odd[number].told);
            }
            guest->finish();
        }
}

TEST_CASE("odd attributes: what a damaged ACL lets nobody read may stay, and not change unseen") {
    const OddAttribute acl{"cut", "system.posix_acl_access", k_acl_header + "xyz", ""};
    const auto refusal = [](const std::string &path) {
        return "cannot look at " + path +
               " in the guest: Invalid argument | the image may hold a damaged ACL for it, which "
               "keeps everybody but its owner out: take it off in the image with setfattr -x "
               "system.posix_acl_access";
    };
    const auto failure_of = [](const auto &act) -> std::string {
        try {
            act();
        } catch (const Error &error) {
            return fmt::format("{} | {}", error.what(), error.hint());
        }
        return "none";
    };
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const ImageFile image(
                {"--root-hook", "echo y >etc/theirs; mkdir opt/theirs; echo x >opt/theirs/file"});
            const auto give_away = [&](const char *path) {
                store(image, path, acl);
                image.debugfs(fmt::format("set_inode_field {} uid 1000", path), true);
            };
            give_away("/etc/theirs");
            std::unique_ptr<Guest> guest = image.open(kind);
            guest->mark({});
            CHECK(guest->changes().empty());
            CHECK(run(*guest, "mv /etc/theirs /etc/moved").exit_status == 0);
            CHECK(failure_of([&] { static_cast<void>(guest->changes()); }) ==
                  refusal("/etc/moved"));
            guest->finish();
            guest.reset();
            give_away("/opt/theirs");
            guest = image.open(kind);
            CHECK(failure_of([&] { guest->mark({}); }) == refusal("/opt/theirs"));
        }
}

TEST_CASE(
    "attributes: a file that is replaced keeps its label and ACL, not rights given to its bytes") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const ImageFile image({"--root-hook", "echo old >etc/motd"});
            // As getxattr(2) hands it out: of user 1000, with a mask.
            const std::string acl("\2\0\0\0\1\0\6\0\xff\xff\xff\xff\2\0\4\0\xe8\3\0\0"
                                  "\4\0\4\0\xff\xff\xff\xff\x10\0\6\0\xff\xff\xff\xff"
                                  "\x20\0\4\0\xff\xff\xff\xff",
                                  44);
            base::write_file_atomically(image.directory() / "acl", acl);
            const std::string capability("\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
            base::write_file_atomically(image.directory() / "capability", capability);
            const std::string directory = image.directory().string();
            image.debugfs("ea_set /etc/motd security.selinux system_u:object_r:etc_t:s0", true);
            image.debugfs("ea_set /etc/motd user.kept kept", true);
            image.debugfs("ea_set -f " + directory + "/acl /etc/motd system.posix_acl_access",
                          true);
            image.debugfs("ea_set -f " + directory + "/capability /etc/motd security.capability",
                          true);
            std::unique_ptr<Guest> guest = image.open(kind);
            guest->write("/etc/motd", std::string("new\n"), 0640, 1000, 1000);
            CHECK(guest->lstat("/etc/motd") ==
                  FileInfo{FileInfo::Type::regular, 0640, 1000, 1000, 4});
            guest->finish();
            const std::string seen = image.debugfs("ea_list /etc/motd");
            CAPTURE(seen);
            CHECK(seen.find("security.selinux (26) = \"system_u:object_r:etc_t:s0\"") !=
                  std::string::npos);
            CHECK(seen.find("user.kept (4) = \"kept\"") != std::string::npos);
            CHECK(seen.find("system.posix_acl_access") != std::string::npos);
            CHECK(seen.find("capability") == std::string::npos);
        }
}
