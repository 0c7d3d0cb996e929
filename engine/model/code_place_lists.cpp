// Code place lists: Debian, Ubuntu, RHEL, SUSE and Alpine in one, as an image may be any of them.
// A place that holds keys or times, and so differs with each installation, is not listed whole.

#include "model/code_place_lists.hpp"

namespace retouch::model {

namespace {

constexpr std::string_view k_globs[] = {
    // Programs, what they run before or after their work, and what is read as one configuration:
    // cron.d, profile.d, sudoers.d, modprobe.d, tmpfiles.d, binfmt.d, dispatcher.d.
    "**/bin/**", "**/sbin/**", "**/libexec/**", "**/cgi-bin/**", "**/*.d/**", "**/hooks/**",
    "**/*-hooks/**",
    // Booting, the kernel and its devices.
    "/boot/**", "/efi/**", "**/lib/modules/**", "**/lib/firmware/**", "**/udev/**",
    "/usr/lib/grub/**", "/usr/lib/shim/**", "/usr/lib/ostree-boot/**", "**/syslinux/**",
    "**/ignition/**", "/usr/lib/kernel/**", "/usr/lib/kdump/**", "/usr/lib/dracut/**",
    "/usr/share/initramfs-tools/**", "/usr/share/mkinitfs/**", "/usr/lib/initcpio/**",
    "/var/lib/binfmts/**", "/usr/share/binfmts/**",
    // The first process, what it starts, and images it lays over /usr and /etc.
    "**/systemd/system*/**", "**/systemd/user*/**", "**/systemd/network/**", "**/systemd/boot/**",
    "**/systemd/portable/**", "/run/systemd/generator*/**", "/run/systemd/transient/**",
    "/var/lib/systemd/linger/**", "/var/lib/extensions/**", "/var/lib/confexts/**",
    "/var/lib/portables/**", "**/containers/systemd/**", "/lib/rc/**", "/usr/lib/rc/**",
    "/usr/libexec/rc/**", "**/lsb/**", "/lib/init/**", "/usr/lib/init/**",
    // What is started when it is asked for, and who may ask.
    "**/dbus-1/**", "**/polkit-1/**", "**/pam-configs/**", "/usr/share/pam/**", "/var/lib/pam/**",
    "**/authselect/**",
    // What agents of clouds run, or unpickle, as root.
    "/var/lib/cloud/scripts/**", "/var/lib/cloud/seed/**", "/var/lib/cloud/handlers/**",
    "/var/lib/cloud/instance*/**", "/var/lib/cloud/user-data*", "/var/lib/cloud/vendor-data*",
    "/usr/lib/cloud-init/**", "/usr/lib/tuned/**", "/usr/lib/NetworkManager/**",
    "/usr/share/udhcpc/**",
    // Clocks.
    "**/spool/cron/**", "**/spool/at/**", "**/spool/atjobs/**", "**/spool/incron/**",
    "**/crontabs/**", "**/atjobs/**",
    // Package managers: scripts of packages, what they are told by, and what the scripts read.
    "/var/lib/dpkg/info/**", "/var/lib/dpkg/triggers/**", "/var/lib/dpkg/alternatives/**",
    "/var/lib/dpkg/diversions", "/var/lib/dpkg/statoverride", "/var/lib/alternatives/**",
    "/usr/share/debconf/**", "/usr/lib/rpm/**", "**/apk/db/**", "/usr/lib/zypp/**",
    "/var/adm/update-scripts/**", "/usr/share/fillup-templates/**",
    // What is loaded by whom it is configured for: converters, providers of cryptography.
    "**/gconv/**", "**/p11-kit/**", "**/sasl2/**",
    // Modules of languages.
    "**/__pycache__/**", "**/site-packages/**", "**/dist-packages/**", "**/node_modules/**",
    "**/jvm/**",
    // Sessions of users, and what their programs run.
    "**/.config/**", "**/.ssh/**", "**/.vim/**", "**/.zsh/**", "**/.git/config", "**/.docker/**",
    "**/.aws/config", "**/.kube/config", "**/.gnupg/*.conf", "**/.cargo/config*", "**/.cargo/env",
    "**/bash-completion/**", "**/zsh/**", "**/fish/**"};

constexpr std::string_view k_of_etc[] = {
    // The dynamic linker, and libraries that load what their configuration names.
    "ld.so.*", "ld-musl-*", "nsswitch.conf", "krb5.conf", "gss/**", "pkcs11/**",
    "crypto-policies/**", "OpenCL/**", "odbcinst.ini", "asound.conf", "pulse/**",
    // Booting, the kernel and its devices.
    "modules", "modprobe.conf", "sysctl.conf", "sysfs.conf", "fstab", "crypttab", "veritytab",
    "integritytab", "kernel/**", "kernel-img.conf", "kdump*", "kdump/**", "grub*", "lilo.conf",
    "zipl.conf", "update-extlinux.conf", "dracut.conf", "mkinitfs/**", "mkinitcpio.conf",
    "mdadm.conf", "mdadm/**", "lvm/**", "hdparm.conf", "e2scrub.conf", "multipath*/**",
    "iscsi/iscsid.conf", "smartd*", "smartmontools/**", "mdev*/**", "acpi/**", "pm/**", "mcelog/**",
    "watchdog.conf", "request-key.conf", "binfmt.conf", "permissions*", "auto.*", "autofs*",
    "vconsole.conf", "console-setup/**",
    // The first process and its kin, and what they start.
    "systemd/**", "init*/**", "rc*/**", "runlevels/**", "runit/**", "sv/**", "s6*/**",
    "supervisor*/**", "monit*/**", "default/**", "sysconfig/**", "inetd.conf", "xinetd.conf",
    "oddjobd.conf",
    // Networks.
    "network/**", "netplan/**", "NetworkManager/*.conf", "networkd-dispatcher/**", "dhcp*/**",
    "dhclient*/**", "udhcp*/**", "ppp/**", "wpa_supplicant/**", "ifplugd/**", "resolvconf*/**",
    "openvpn/**", "wireguard/**", "ipsec.conf", "ufw/**",
    // Agents of clouds and of configuration.
    "cloud/**", "tiny-cloud.conf", "waagent.conf", "qemu*/**", "vmware-tools/**", "tuned/**",
    "ansible/**", "puppet*/**", "chef/**", "salt/minion", "salt/master",
    // Clocks.
    "cron*/**", "anacrontab", "incron*", "at.allow", "at.deny", "periodic/**",
    // Who may run what as whom, and who may come in.
    "passwd", "group", "sudoers", "sudo.conf", "doas.conf", "busybox.conf", "adduser.conf",
    "deluser.conf", "login.defs", "pam.conf", "security/**", "ssh/sshd_config", "ssh/ssh_config",
    "ssh/sshrc", "dropbear/authorized_keys", "hosts.allow", "hosts.deny", "hosts.equiv",
    "shosts.equiv", "snapper/**",
    // Letters.
    "aliases", "postfix/**", "mail/**", "exim*/**", "sendmail*", "procmailrc", "maildroprc",
    "dovecot/*.conf", "msmtprc", "mailcap",
    // Shells, sessions, and programs of users that run what their configuration says.
    "profile", "environment", "bash*/**", "zsh*/**", "zprofile", "zlogin", "zlogout", "csh*/**",
    "tcsh*", "ksh*", "mkshrc", "suid_profile", "fish/**", "skel/**", "inputrc", "shells",
    "locale.conf", "X11/**", "xdg/**", "gdm*/**", "lightdm/**", "sddm*/**", "screenrc", "tmux.conf",
    "vim*/**", "virc", "emacs/**", "gdb/**", "gitconfig", "manpath.config", "man_db.conf",
    "pip.conf", "npmrc", "gemrc", "php.ini", "php*/**", "perl/**", "java*/**",
    // Package managers, which run hooks and scripts.
    "apt/**", "dpkg/**", "apk/**", "dnf/**", "yum*/**", "zypp/**", "rpm/**", "rpmrc", "pacman.conf",
    "pki/rpm-gpg/**", "alternatives/**", "needrestart/**", "update-manager/**", "ucf.conf",
    "debconf.conf", "dbconfig-common/config", "popularity-contest.conf", "logrotate.conf",
    // Services that run or load what their configuration says.
    "rsyslog.conf", "syslog*/**", "audit/**", "fail2ban/**", "snmp/*.conf", "zabbix/**",
    "nagios/**", "nrpe.cfg", "apport/**", "abrt/**", "libreport/**", "apache2/**", "httpd/**",
    "nginx/**", "lighttpd/**", "docker/**", "containerd/**", "containers/**", "cni/**", "crio/**",
    "kubernetes/manifests/**", "libvirt/*.conf", "letsencrypt/cli.ini", "letsencrypt/renewal*/**"};

constexpr std::string_view k_names[] = {
    // Shells.
    ".profile", ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases",
    ".bash_completion", ".zshrc", ".zshenv", ".zprofile", ".zlogin", ".zlogout", ".kshrc",
    ".mkshrc", ".shrc", ".shinit", ".ashrc", ".cshrc", ".tcshrc", ".login", ".logout",
    ".environment", ".envrc", ".inputrc", ".devscripts",
    // Sessions, and who may come in.
    ".pam_environment", ".xprofile", ".xinitrc", ".xserverrc", ".xsession", ".xsessionrc",
    ".Xclients", ".gnomerc", ".xbindkeysrc", ".rhosts", ".shosts", ".k5login", ".k5users",
    // Letters.
    ".forward", ".procmailrc", ".mailfilter", ".mailcap", ".mailrc", ".muttrc",
    // Programs of users.
    ".vimrc", ".gvimrc", ".exrc", ".nvimrc", ".emacs", ".gdbinit", ".lldbinit", ".screenrc",
    ".tmux.conf", ".gitconfig", ".hgrc", ".curlrc", ".wgetrc", ".lessfilter", ".npmrc", ".yarnrc",
    ".gemrc", ".irbrc", ".pryrc", ".pythonrc", ".pdbrc", ".perldb", ".Rprofile", ".Renviron",
    ".guile", ".ghci", ".psqlrc", ".sqliterc", ".my.cnf", ".rpmmacros", ".rpmrc",
    // Of directories: web servers, building.
    ".htaccess", ".user.ini", "Makefile", "makefile", "GNUmakefile",
    // What names the libraries and modules to be loaded, and what scripts read as their own text.
    "openssl.cnf", "loaders.cache", "immodules.cache", "giomodule.cache", "delegates.xml",
    "pyvenv.cfg", "entry_points.txt", "os-release", "lsb-release"};

constexpr std::string_view k_endings[] = {
    // Loaded by the dynamic linker, the kernel and firmware.
    ".so", ".la", ".ko", ".efi", ".wasm", ".node",
    // Shells and the tools beside them.
    ".sh", ".bash", ".zsh", ".ksh", ".csh", ".tcsh", ".fish", ".ash", ".dash", ".awk", ".gawk",
    ".sed", ".m4", ".mk", ".cmake",
    // Python, Perl, PHP, Ruby.
    ".py", ".pyc", ".pyo", ".pyw", ".pyz", ".pyzw", ".pth", ".egg", ".egg-link", ".whl", ".pl",
    ".pm", ".ph", ".al", ".php", ".php3", ".php4", ".php5", ".php7", ".php8", ".phtml", ".phar",
    ".phps", ".rb", ".rake", ".gemspec",
    // Java and its kin, JavaScript.
    ".jar", ".war", ".ear", ".class", ".jmod", ".jsp", ".groovy", ".js", ".mjs", ".cjs",
    // Others.
    ".lua", ".luac", ".tcl", ".tm", ".el", ".elc", ".el.gz", ".scm", ".go", ".fasl", ".vim",
    ".beam", ".gdb", ".ps1", ".cgi", ".fcgi", ".wsgi", ".psgi",
    // Units, services of buses, entries of menus and sessions, rules of devices and of polkit.
    ".service", ".socket", ".timer", ".path", ".mount", ".automount", ".swap", ".target", ".slice",
    ".nspawn", ".network", ".netdev", ".link", ".preset", ".container", ".pod", ".kube", ".volume",
    ".desktop", ".rules"};

constexpr std::string_view k_middles[] = {".so.", ".ko."};

constexpr std::string_view k_data[] = {
    "/dev/**",       "/proc/**",      "/sys/**",      "/run/**",       "/tmp/**",
    "/var/tmp/**",   "/var/run/**",   "/var/lock/**", "/var/log/**",   "/var/cache/**",
    "/var/lib/**",   "/var/spool/**", "/var/mail/**", "/var/crash/**", "/var/backups/**",
    "/var/games/**", "**/.cache/**"};

constexpr std::string_view k_made_anew[] = {"/etc/ld.so.cache", "**/__pycache__/*.pyc",
                                            "/boot/initrd.img-*", "/boot/initramfs-*"};

} // namespace

std::span<const std::string_view> code_globs() {
    return k_globs;
}

std::span<const std::string_view> code_globs_of_etc() {
    return k_of_etc;
}

std::span<const std::string_view> code_names() {
    return k_names;
}

std::span<const std::string_view> code_endings() {
    return k_endings;
}

std::span<const std::string_view> code_middles() {
    return k_middles;
}

std::span<const std::string_view> data_globs() {
    return k_data;
}

std::span<const std::string_view> made_anew_globs() {
    return k_made_anew;
}

} // namespace retouch::model
