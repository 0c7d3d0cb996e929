// What counts as code, whatever a recipe or plan calls volatile.

#include "model/code_change.hpp"

#include "model/code_places.hpp"
#include "model/volatile_change.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

EntryState file(std::uint32_t mode = 0644) {
    return {{FileInfo::Type::regular, mode, 0, 0, 3}, "", "ab", ""};
}

EntryState directory(std::uint32_t mode, std::uint32_t uid = 0, const std::string &acl = {}) {
    return {{FileInfo::Type::directory, mode, uid, 0, 0}, "", "", acl};
}

/// Told alike when it comes, goes and changes.
bool is_code(const std::string &path, const EntryState &state) {
    EntryState plain = file();
    plain.info.mode = 0640;
    const bool added = concerns_code({path, std::nullopt, state, ""});
    CHECK(concerns_code({path, state, std::nullopt, ""}) == added);
    CHECK((concerns_code({path, plain, state, ""}) || !added));
    return added;
}

} // namespace

TEST_CASE("code: what its type, mode or attributes tell is code at any path") {
    EntryState capable = file();
    capable.attributes = "security.capability=00\nuser.a=00\n";
    EntryState labelled = file();
    labelled.attributes = "security.selinux=00\nuser.security.capability=00\n";
    CHECK(is_code("/var/log/x", file(0755)));
    CHECK(is_code("/var/log/x", file(0641)));
    CHECK(is_code("/var/log/x", file(04644)));
    CHECK(is_code("/var/log/x", capable));
    CHECK(is_code("/var/log/x", {{FileInfo::Type::symlink, 0777, 0, 0, 0}, "/etc/x", "", ""}));
    CHECK(is_code("/var/log/x", {{FileInfo::Type::other, 0600, 0, 0, 0}, "socket", "", ""}));
    CHECK_FALSE(is_code("/var/log/x", file()));
    CHECK_FALSE(is_code("/var/log/x", labelled));
    CHECK_FALSE(is_code("/var/log/x", directory(0777)));
}

TEST_CASE("code: some places and names hold instructions in files of any mode") {
    for (const char *path : {
             "/etc/ld.so.cache",
             "/etc/ld.so.preload",
             "/etc/ld.so.conf.d/x",
             "/usr/lib/__pycache__/os.cpython-311.pyc",
             "/opt/a/x.pyc",
             "/tmp/x.so",
             "/var/cache/libx.so.1.2",
             "/usr/lib/modules/6.1/x.ko.xz",
             "/lib/modules/6.1/modules.dep",
             "/boot/initrd.img-6.1",
             "/boot/grub/grub.cfg",
             "/efi/loader/x.efi",
             "/var/lib/cloud/scripts/per-boot/00evil",
             "/var/lib/cloud/scripts/per-once/x",
             "/var/lib/cloud/instances/i-1/scripts/part-001",
             "/var/lib/cloud/instance/obj.pkl",
             "/var/lib/cloud/seed/nocloud/user-data",
             "/etc/cloud/cloud.cfg",
             "/var/lib/systemd/linger/root",
             "/etc/systemd/system/x.service",
             "/usr/lib/systemd/system/x.service",
             "/run/systemd/system/x.service",
             "/root/.config/systemd/user/x.service",
             "/usr/lib/systemd/system-generators/x",
             "/etc/crontab",
             "/etc/cron.daily/x",
             "/var/spool/cron/crontabs/root",
             "/var/cache/crontabs/root",
             "/var/spool/at/a0001",
             "/etc/profile.d/x",
             "/root/.bashrc",
             "/home/x/.ssh/authorized_keys",
             "/etc/sudoers",
             "/etc/pam.d/su",
             "/run/udev/rules.d/x",
             "/usr/lib/udev/rules.d/x",
             "/etc/init.d/x",
             "/etc/inittab",
             "/etc/rc.local",
             "/etc/default/grub",
             "/etc/apt/apt.conf",
             "/usr/bin/x",
         })
        CHECK((is_code(path, file()) ? "" : path) == std::string());
    for (const char *path : {
             "/etc/machine-id",
             "/etc/passwd-",
             "/etc/shadow",
             "/etc/ssh/ssh_host_rsa_key",
             "/var/log/dpkg.log",
             "/var/log/journal/a/system.journal",
             "/var/cache/apt/pkgcache.bin",
             "/var/cache/debconf/config.dat",
             "/var/cache/ldconfig/aux-cache",
             "/var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_InRelease",
             "/var/lib/apt/extended_states",
             "/var/lib/rpm/rpmdb.sqlite",
             "/usr/lib/sysimage/rpm/rpmdb.sqlite",
             "/var/lib/dnf/history.sqlite",
             "/var/lib/dpkg/status-old",
             "/var/lib/ucf/registry",
             "/var/lib/systemd/random-seed",
             "/var/lib/systemd/deb-systemd-helper-enabled/multi-user.target.wants/ssh.service",
             "/var/lib/systemd/deb-systemd-helper-enabled/ssh.service.dsh-also",
             "/var/lib/systemd/catalog/database",
             "/var/lib/cloud/data/instance-id",
         })
        CHECK((is_code(path, file()) ? path : "") == std::string());
}

TEST_CASE("code: a directory counts at and above such places when others than root may write") {
    const std::string acl = "system.posix_acl_access=02000000\n";
    for (const char *path : {"/var/lib/cloud/scripts/per-boot", "/var/lib/cloud", "/var",
                             "/usr/lib/__pycache__", "/etc/profile.d", "/var/lib/systemd"}) {
        CHECK(is_code(path, directory(0777)));
        CHECK(is_code(path, directory(0775)));
        CHECK(is_code(path, directory(0755, 5)));
        CHECK(is_code(path, directory(0755, 0, acl)));
        CHECK_FALSE(concerns_code({path, std::nullopt, directory(0755), ""}));
        CHECK_FALSE(concerns_code({path, directory(0755), directory(0700), ""}));
    }
    CHECK_FALSE(is_code("/var/log/nginx", directory(0775, 33)));
    CHECK_FALSE(is_code("/var/cache/man", directory(0755, 6)));
}

TEST_CASE("code: what is made anew each time is code and volatile by its bytes alone") {
    for (const char *path : {"/etc/ld.so.cache", "/usr/lib/python3/__pycache__/x.cpython-311.pyc",
                             "/boot/initrd.img-6.1.0-1-amd64", "/boot/initramfs-5.14.img"}) {
        CHECK(is_made_anew(path));
        CHECK(is_code_place(path));
        CHECK(is_volatile({}, path));
        CHECK_FALSE(is_volatile_change({path, std::nullopt, file(), ""}, {"/**"}));
        CHECK(lasting_part(path, file()).sha256.empty());
        CHECK(lasting_part(path, directory(0755)) == directory(0755));
    }
    CHECK_FALSE(is_made_anew("/usr/lib/x.pyc"));
    CHECK_FALSE(is_made_anew("/boot/vmlinuz"));
    CHECK(lasting_part("/boot/vmlinuz", file()) == file());
}
