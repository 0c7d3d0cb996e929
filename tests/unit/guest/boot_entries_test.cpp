// What an image offers to boot, read from the configuration of its boot loader.

#include "guest/boot_entries.hpp"
#include "retouch/error.hpp"
#include "support/memory_guest.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr const char *k_menu = "set default=0\n"
                               "menuentry 'Debian' --class debian {\n"
                               "\tlinux\t/boot/vmlinuz-2 root=UUID=1 ro  quiet\n"
                               "\tinitrd\t/boot/initrd.img-2\n"
                               "}\n"
                               "submenu 'more' {\n"
                               "\tmenuentry 'old' {\n"
                               "\t\tlinux\t/boot/vmlinuz-1 root=UUID=1\n"
                               "\t\tinitrd\t/boot/initrd.img-1 /boot/more.img\n"
                               "\t}\n"
                               "}\n"
                               "menuentry 'Setup' { fwsetup }\n";

std::string seen(const MemoryGuest &guest) {
    const guest::BootEntries entries = guest::boot_entries(guest);
    std::string text = std::to_string(entries.whole);
    for (const std::string &file : entries.missing)
        text += " " + file;
    return text;
}

std::string verdict(const guest::BootEntries &before, const MemoryGuest &guest) {
    try {
        guest::require_bootable(before, guest);
        return "boots";
    } catch (const Error &error) {
        return error.what();
    }
}

} // namespace

TEST_CASE("boot entries: an entry counts when all its files are there") {
    MemoryGuest guest;
    CHECK(seen(guest) == "0");
    guest.put_file("/boot/grub/grub.cfg", k_menu);
    CHECK(seen(guest) == "0 /boot/vmlinuz-2 /boot/initrd.img-2 /boot/vmlinuz-1 /boot/initrd.img-1 "
                         "/boot/more.img");
    guest.put_file("/boot/vmlinuz-2", "x");
    guest.put_file("/boot/vmlinuz-1", "x");
    guest.put_file("/boot/initrd.img-1", "x");
    CHECK(seen(guest) == "0 /boot/initrd.img-2 /boot/more.img");
    guest.put_file("/boot/initrd.img-2", "x");
    CHECK(seen(guest) == "1 /boot/more.img");
    guest.put_link("/boot/more.img", "initrd.img-1");
    CHECK(seen(guest) == "2");
}

TEST_CASE("boot entries: paths are as the boot loader sees them") {
    for (const char *path : {"/vmlinuz-1", "/@/boot/vmlinuz-1", "/boot/vmlinuz-1"}) {
        CAPTURE(path);
        MemoryGuest guest;
        guest.put_file("/boot/vmlinuz-1", "x");
        guest.put_file("/boot/grub2/grub.cfg", fmt::format("linux16 {} ro\n", path));
        CHECK(seen(guest) == "1");
    }
}

TEST_CASE(
    "boot entries: files of the Boot Loader Specification are entries, and variables no files") {
    MemoryGuest guest;
    guest.put_file("/boot/loader/entries/a.conf",
                   "title A\nversion 1\nlinux /vmlinuz-1\ninitrd /initramfs-1.img $tuned_initrd\n"
                   "options root=UUID=1\n");
    guest.put_file("/boot/loader/entries/b.conf", "linux /vmlinuz-2\ninitrd /initramfs-2.img\n");
    guest.put_file("/boot/loader/entries/a.conf.bak", "linux /vmlinuz-3\n");
    guest.put_file("/boot/vmlinuz-1", "x");
    guest.put_file("/boot/initramfs-1.img", "x");
    CHECK(seen(guest) == "1 /vmlinuz-2 /initramfs-2.img");
}

TEST_CASE("boot entries: what could be booted must still be") {
    MemoryGuest guest;
    guest.put_file("/boot/grub/grub.cfg", "linux /vmlinuz-\x1b ro\n");
    CHECK(verdict({}, guest) == "boots");
    CHECK(verdict({1, {}}, guest) ==
          "the image could be booted before, and cannot be now: no entry "
          "of its boot loader has all its files; missing: "
          "/vmlinuz-\\x1b");
    guest.put_file("/boot/grub/grub.cfg", "# nothing was found\n");
    CHECK(verdict({1, {}}, guest) ==
          "the image could be booted before, and cannot be now: its boot "
          "loader has no entry any more");
    guest.put_file("/boot/grub/grub.cfg", "linux /vmlinuz-1\n");
    guest.put_file("/boot/vmlinuz-1", "x");
    CHECK(verdict({1, {}}, guest) == "boots");
}
