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
    const bool added = model::concerns_code({path, std::nullopt, state, ""});
    CHECK(model::concerns_code({path, state, std::nullopt, ""}) == added);
    CHECK((model::concerns_code({path, plain, state, ""}) || !added));
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
             "/var/lib/systemd/deb-systemd-helper-enabled/ssh.service.dsh-also",
             "/var/lib/systemd/catalog/database",
             "/var/lib/cloud/data/instance-id",
         })
        CHECK((is_code(path, file()) ? path : "") == std::string());
}

TEST_CASE("code: what systems run or load, or what makes them run it, by place") {
    for (const char *path : {
             // Packages.
             "/var/lib/dpkg/info/nginx.postinst",
             "/var/lib/dpkg/triggers/File",
             "/var/lib/dpkg/alternatives/editor",
             "/usr/share/debconf/confmodule",
             "/lib/apk/db/scripts.tar",
             "/etc/apk/repositories",
             "/etc/dnf/plugins/x.conf",
             "/etc/rpm/macros",
             "/usr/lib/rpm/macros",
             "/var/adm/update-scripts/x",
             // Buses, requests and services that are started when they are asked for.
             "/usr/share/dbus-1/system-services/x",
             "/usr/share/dbus-1/system.conf",
             "/etc/dbus-1/system.conf",
             "/etc/xinetd.conf",
             "/etc/xinetd.d/telnet",
             "/etc/request-key.conf",
             "/etc/oddjobd.conf",
             "/usr/share/polkit-1/actions/x.policy",
             // Who may run what, and what is loaded by what asks for users.
             "/etc/nsswitch.conf",
             "/etc/passwd",
             "/etc/group",
             "/etc/sudo.conf",
             "/etc/doas.conf",
             "/etc/doas.d/x.conf",
             "/etc/hosts.allow",
             "/etc/hosts.equiv",
             "/root/.rhosts",
             "/etc/permissions.local",
             "/usr/share/pam-configs/unix",
             "/etc/krb5.conf",
             "/etc/ssl/openssl.cnf",
             "/usr/lib/ssl/openssl.cnf",
             "/usr/lib/x86_64-linux-gnu/gconv/gconv-modules",
             "/etc/ld-musl-x86_64.path",
             "/usr/lib/x86_64-linux-gnu/gdk-pixbuf-2.0/2.10.0/loaders.cache",
             // Letters, networks and devices.
             "/etc/postfix/master.cf",
             "/etc/mail/sendmail.cf",
             "/root/.forward",
             "/root/.procmailrc",
             "/etc/NetworkManager/NetworkManager.conf",
             "/etc/ppp/ip-up",
             "/etc/dhclient-exit-hooks",
             "/etc/udhcpc/udhcpc.conf",
             "/etc/wireguard/wg0.conf",
             "/etc/ssh/ssh_config",
             "/etc/mdadm.conf",
             "/etc/mdadm/mdadm.conf",
             "/etc/lvm/lvm.conf",
             "/etc/mdev.conf",
             "/etc/acpi/events/power",
             "/etc/auto.master",
             // Booting.
             "/etc/dracut.conf",
             "/etc/dracut.conf.d/x.conf",
             "/usr/lib/dracut/modules.d/99x/module-setup",
             "/etc/initramfs-tools/hooks/x",
             "/usr/share/initramfs-tools/hooks/x",
             "/usr/share/mkinitfs/initramfs-init",
             "/etc/kernel/cmdline",
             "/usr/lib/grub/x86_64-efi/normal.mod",
             "/etc/kdump.conf",
             "/var/lib/extensions/x.raw",
             "/var/lib/cloud/user-data",
             "/etc/tiny-cloud.conf",
             "/etc/waagent.conf",
             "/etc/qemu-ga/fsfreeze-hook",
             "/usr/lib/tuned/x/tuned.conf",
             "/etc/periodic/daily/x",
             "/etc/at.allow",
             // What scripts read as their own text.
             "/usr/lib/os-release",
             "/etc/locale.conf",
             "/etc/ucf.conf",
             "/usr/lib/lsb/init-functions",
             "/usr/share/bash-completion/completions/git",
             // Vendors' configuration below other roots.
             "/usr/etc/sudoers",
             "/usr/etc/profile",
             "/usr/local/etc/nsswitch.conf",
             "/var/spool/postfix/etc/nsswitch.conf",
             // Services that run or load what their configuration says.
             "/etc/rsyslog.conf",
             "/etc/snmp/snmpd.conf",
             "/etc/nginx/nginx.conf",
             "/etc/apache2/mods-available/x.load",
             "/etc/httpd/conf/httpd.conf",
             "/etc/supervisord.conf",
             "/etc/fail2ban/action.d/x.conf",
             "/etc/docker/daemon.json",
             "/etc/containers/systemd/x.container",
             "/etc/libvirt/hooks/qemu",
             "/etc/letsencrypt/renewal-hooks/deploy/x",
             "/etc/letsencrypt/renewal/x.conf",
             // Sessions.
             "/etc/zprofile",
             "/etc/zlogin",
             "/etc/zlogout",
             "/etc/zshenv",
             "/etc/zsh/zshrc",
             "/etc/fish/config.fish",
             "/etc/csh.login",
             "/etc/ksh.kshrc",
             "/etc/kshrc",
             "/etc/mkshrc",
             "/etc/inputrc",
             "/etc/vim/vimrc",
             "/etc/vimrc",
             "/etc/gitconfig",
             "/etc/X11/Xsession",
             "/etc/xdg/autostart/x",
             "/usr/share/xsessions/x.desktop",
             "/root/.config/fish/config.fish",
             "/home/x/.config/environment.d/x",
             "/home/x/.config/git/config",
             "/home/x/src/.git/hooks/post-merge",
             "/home/x/src/.git/config",
             "/home/x/.local/share/dbus-1/services/x",
             "/root/.emacs.d/init.el",
             "/root/.vim/plugin/x.vim",
             // Modules of languages.
             "/usr/lib/python3/dist-packages/x-1.dist-info/entry_points.txt",
             "/usr/local/lib/python3.11/site-packages/x/data",
             "/usr/lib/node_modules/npm/package.json",
             "/opt/venv/pyvenv.cfg",
             "/usr/lib/jvm/java-17/lib/modules",
             "/usr/lib/cgi-bin/x",
         })
        CHECK((is_code(path, file()) ? "" : path) == std::string());
}

TEST_CASE("code: some names are run, loaded or read as instructions wherever they lie") {
    for (const std::string ending :
         {".mjs",    ".cjs",       ".node",  ".phar",      ".phtml",  ".php7",    ".ph",
          ".al",     ".egg",       ".whl",   ".pyz",       ".pyw",    ".awk",     ".tcl",
          ".bash",   ".zsh",       ".ksh",   ".csh",       ".fish",   ".el",      ".elc",
          ".vim",    ".class",     ".war",   ".rake",      ".luac",   ".beam",    ".wasm",
          ".cgi",    ".fcgi",      ".wsgi",  ".la",        ".efi",    ".service", ".socket",
          ".timer",  ".path",      ".mount", ".automount", ".target", ".desktop", ".rules",
          ".nspawn", ".container", ".el.gz", ".gdb",       ".cmake",  ".mk"})
        CHECK((is_code("/srv/data/x" + ending, file()) ? "" : ending) == std::string());
    for (const std::string name :
         {".zlogout",   ".kshrc",    ".cshrc",      ".tcshrc",          ".login",
          ".logout",    ".shrc",     ".ashrc",      ".pam_environment", ".xprofile",
          ".xinitrc",   ".xsession", ".xsessionrc", ".vimrc",           ".exrc",
          ".emacs",     ".gdbinit",  ".inputrc",    ".screenrc",        ".tmux.conf",
          ".gitconfig", ".curlrc",   ".npmrc",      ".Rprofile",        ".rpmmacros",
          ".mailcap",   ".shosts",   ".k5login",    ".htaccess",        ".user.ini",
          "Makefile"})
        CHECK((is_code("/srv/data/" + name, file()) ? "" : name) == std::string());
    for (const char *path :
         {"/srv/data/class", "/srv/data/x.service.txt", "/srv/data/x.el.txt", "/root/.bash_history",
          "/srv/data/profile", "/srv/data/login", "/var/lib/dbus/machine-id"})
        CHECK((is_code(path, file()) ? path : "") == std::string());
}

TEST_CASE("code: a directory that others than root may write counts where code may lie below") {
    const std::string acl = "system.posix_acl_access=02000000\n";
    for (const char *path : {
             "/",
             "/usr",
             "/usr/lib",
             "/usr/lib/x86_64-linux-gnu",
             "/usr/lib/python3",
             "/usr/lib/__pycache__",
             "/usr/share",
             "/usr/local",
             "/usr/local/lib",
             "/lib64",
             "/etc",
             "/etc/X11",
             "/etc/profile.d",
             "/opt",
             "/opt/vendor/app",
             "/root",
             "/home",
             "/home/x",
             "/home/x/.config",
             "/srv",
             "/var",
             "/var/spool",
             "/var/www/html",
             "/var/opt/app",
             "/var/lib",
             "/var/lib/cloud",
             "/var/lib/cloud/scripts/per-boot",
             "/var/lib/dpkg",
             "/var/lib/systemd",
             "/var/spool/postfix/etc",
             "/run/systemd",
             "/appliance/data",
         }) {
        INFO(path);
        CHECK(is_code(path, directory(0777)));
        CHECK(is_code(path, directory(01777)));
        CHECK(is_code(path, directory(0775)));
        CHECK(is_code(path, directory(0755, 5)));
        CHECK(is_code(path, directory(0755, 0, acl)));
        CHECK_FALSE(model::concerns_code({path, std::nullopt, directory(0755), ""}));
        CHECK_FALSE(model::concerns_code({path, directory(0755), directory(0700), ""}));
    }
    for (const char *path : {"/tmp", "/var/tmp", "/tmp/x", "/dev/shm", "/run/lock", "/var/log",
                             "/var/log/nginx", "/var/cache/man", "/var/lib/postgresql/15",
                             "/var/spool/postfix/maildrop", "/var/mail", "/home/x/.cache/x"}) {
        INFO(path);
        CHECK_FALSE(is_code(path, directory(01777)));
        CHECK_FALSE(is_code(path, directory(0775, 33)));
    }
}

TEST_CASE("code: what is made anew each time is code and volatile by its bytes alone") {
    for (const char *path : {"/etc/ld.so.cache", "/usr/lib/python3/__pycache__/x.cpython-311.pyc",
                             "/boot/initrd.img-6.1.0-1-amd64", "/boot/initramfs-5.14.img"}) {
        CHECK(model::is_made_anew(path));
        CHECK(model::is_code_place(path));
        CHECK(model::is_volatile({}, path));
        CHECK_FALSE(model::is_volatile_change({path, std::nullopt, file(), ""}, {"/**"}));
        CHECK(model::lasting_part(path, file()).sha256.empty());
        CHECK(model::lasting_part(path, directory(0755)) == directory(0755));
    }
    CHECK_FALSE(model::is_made_anew("/usr/lib/x.pyc"));
    CHECK_FALSE(model::is_made_anew("/boot/vmlinuz"));
    CHECK(model::lasting_part("/boot/vmlinuz", file()) == file());
}
