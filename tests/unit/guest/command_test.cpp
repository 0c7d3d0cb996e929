// Commands in a guest, the same claims for both ways of opening it.

#include "guest/command.hpp"
#include "unit/guest/open_guests.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

namespace {

/// Runs a script that must succeed and returns what it printed.
std::string output_of(Guest &guest, const std::string &script) {
    const CommandResult result = run(guest, script);
    CAPTURE(script, result.err.text);
    CHECK(result.exit_status == 0);
    return result.out.text;
}

std::string error_of(Guest &guest, const GuestCommand &command) {
    try {
        static_cast<void>(guest.run(command));
    } catch (const Error &error) {
        return error.what();
    }
    return "no error";
}

} // namespace

TEST_CASE("command: its exit status and both its streams come back") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            const CommandResult result = run(guest, "echo out; echo err >&2; exit 7");
            CHECK(result.exit_status == 7);
            CHECK_FALSE(result.timed_out);
            CHECK(result.out == OutputTail{"out\n", 4});
            CHECK(result.err == OutputTail{"err\n", 4});
            CHECK(run(guest, "exit 0").out == OutputTail{});
            CHECK(run(guest, "printf 'no newline'").out == OutputTail{"no newline", 10});
            CHECK(run(guest, "printf 'a\\000b\\n\\377'").out ==
                  OutputTail{std::string("a\0b\n\xff", 5), 5});
            CHECK(run(guest, "/no/such/program").exit_status == 127);
        }
}

TEST_CASE("command: a signal that ends it is told as 128 and its number") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            CHECK(run(guest, "kill -TERM $$; sleep 5").exit_status == 143);
            CHECK(run(guest, "kill -KILL $$; sleep 5").exit_status == 137);
            CHECK_FALSE(run(guest, "kill -KILL $$").timed_out);
        }
}

TEST_CASE("command: the end of a long output is kept and all of it counted") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            const CommandResult result =
                run(guest, "head -c 100000000 /dev/zero | tr '\\0' x; echo end;"
                           "head -c 70000 /dev/zero | tr '\\0' y >&2");
            CHECK(result.exit_status == 0);
            CHECK(result.out.total == 100000004);
            CHECK(result.out.text == std::string(k_output_bound - 4, 'x') + "end\n");
            CHECK(result.err.total == 70000);
            CHECK(result.err.text == std::string(k_output_bound, 'y'));
        }
}

TEST_CASE("command: the time limit ends it and everything it started") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            GuestCommand command;
            command.script = "echo started; (sleep 317 & sleep 317 & wait) & trap '' TERM; "
                             "while :; do sleep 317; done";
            command.time_limit = std::chrono::seconds(10);
            const CommandResult result = guest.run(command);
            CHECK(result.timed_out);
            CHECK(result.exit_status == 137);
            CHECK(result.out.text == "started\n");
            CHECK(result.seconds < 60);
            CHECK(output_of(guest, "ps | grep -c '[3]17' || :") == "0\n");
        }
}

TEST_CASE("command: a daemon left behind is ended") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            const CommandResult result =
                run(guest, "setsid sh -c 'cd /opt; exec 3>/opt/held; sleep 413' "
                           ">/dev/null 2>&1 </dev/null & sleep 0.3; echo done");
            CHECK(result.exit_status == 0);
            CHECK(result.out.text == "done\n");
            CHECK(result.seconds < 60);
            // It kept its output open as well.
            CHECK(run(guest, "sleep 413 & echo done").seconds < 60);
            CHECK(output_of(guest, "ps | grep -c '[4]13' || :") == "0\n");
            guest.remove("/opt/held");
        }
}

TEST_CASE("command: it cannot be ended from inside") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            CHECK(run(guest, "kill -9 $PPID; kill -9 1; echo alive").out.text == "alive\n");
            CHECK(run(guest, "kill -9 -1; exit 3").seconds < 60);
            CHECK(output_of(guest, "echo still") == "still\n");
        }
}

TEST_CASE("command: its language is one that the guest's C library knows") {
    struct Case {
        const char *distro;
        const char *version;
        const char *language;
    };

    for (const Case &one : std::initializer_list<Case>{{"centos", "7", "C"},
                                                       {"centos", "9", "C.UTF-8"},
                                                       {"amzn", "2", "C"},
                                                       {"amzn", "2023", "C.UTF-8"},
                                                       {"sles", "12.5", "C"},
                                                       {"sles_sap", "12.4", "C"},
                                                       {"sles", "15.6", "C.UTF-8"},
                                                       {"debian", "12", "C.UTF-8"}}) {
        CAPTURE(one.distro, one.version);
        Facts facts;
        facts.distro = one.distro;
        facts.version = one.version;
        const auto environment = guest::command_environment(facts, {}, true);
        CHECK(std::ranges::count(environment,
                                 std::pair<std::string, std::string>("LANG", one.language)) == 1);
    }
}

TEST_CASE("command: its environment is ours and the recipe's, nothing of the host") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            GuestCommand command;
            command.script = "env | grep -v -e ^PWD= -e ^SHLVL= -e ^OLDPWD= -e ^_= | sort";
            command.environment = {{"TERM", "vt100"}, {"WORDS", "two words; $(x) 'q'\nline"}};
            CHECK(guest.run(command).out.text ==
                  "DEBIAN_FRONTEND=noninteractive\n"
                  "HOME=/root\n"
                  "LANG=C.UTF-8\n"
                  "LOGNAME=root\n"
                  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
                  "SHELL=/bin/sh\n"
                  "SYSTEMD_OFFLINE=1\n"
                  "TERM=vt100\n"
                  "USER=root\n"
                  "WORDS=two words; $(x) 'q'\n"
                  "line\n");
            command.environment = {{"A=B", "x"}};
            CHECK(error_of(guest, command) == "'A=B' cannot be an environment variable");
        }
}

TEST_CASE("command: it runs as root in its working directory with a usual surrounding") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            GuestCommand command;
            command.script = "pwd; id -u; umask; cat; hostname; ls -d /run/lock; tty; echo $0";
            command.working_directory = "/var/log";
            CHECK(guest.run(command).out.text == "/var/log\n0\n0022\nlocalhost\n/run/lock\n"
                                                 "not a tty\n/run/retouch/script\n");
            CHECK(output_of(guest, "echo x >/dev/null; head -c 3 /dev/zero | wc -c; "
                                   "test -c /dev/urandom; test -d /sys/class; "
                                   "test -d /dev/pts; cat /proc/self/comm") == "3\ncat\n");
            // Owners, modes and pipes as package managers make them.
            CHECK(output_of(guest, "cd /opt; touch own; chown 1000:4 own; chmod 4755 own; "
                                   "mknod fifo p; "
                                   "stat -c '%a %u %g' own; rm own fifo; "
                                   "touch /run/gone") == "4755 1000 4\n");
            CHECK(guest.list("/run").empty());
            command.working_directory = "/absent";
            CHECK(error_of(guest, command) == "the working directory /absent is not in the guest");
        }
}

TEST_CASE("command: another shell may be asked for, and must be there") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            GuestCommand command;
            command.shell = "/bin/cat";
            command.script = "printed, not run";
            CHECK(guest.run(command).out.text == "printed, not run");
            command.shell = "/bin/fish";
            CHECK(error_of(guest, command) == "the shell /bin/fish is not in the guest");
            command.shell = "/etc/passwd";
            CHECK(error_of(guest, command) == "the shell /etc/passwd is not in the guest");
        }
}

TEST_CASE("command: a script may be long") {
    std::string script;
    while (script.size() < 200 * 1024)
        script += "count=$((count + 1)) # a line of a long script\n";
    const auto lines = std::to_string(std::count(script.begin(), script.end(), '\n'));
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            CHECK(output_of(shared_guest(kind), script + "echo $count\n") == lines + "\n");
            GuestCommand command;
            command.script.assign(256 * 1024 + 1, '#');
            CHECK(error_of(shared_guest(kind), command) ==
                  "the command is too long: a script may have 256.0 KiB and its environment "
                  "64.0 KiB");
        }
}

TEST_CASE("command: there is no network unless asked for") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            CHECK(output_of(guest, "ip -o link | cut -d: -f2; ip -o -4 addr | cut -d' ' -f7; "
                                   "ip route") == " lo\n127.0.0.1/8\n");
            CHECK(output_of(guest, "cat /etc/resolv.conf") ==
                  "# as the image was delivered\nnameserver 192.0.2.1\n");
        }
}

TEST_CASE("command: package scripts are told not to start services") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            CHECK(run(guest, "/usr/sbin/policy-rc.d").exit_status == 127);
            guest.write("/usr/sbin/invoke-rc.d", std::string(), 0755, 0, 0);
            CHECK(run(guest, "/usr/sbin/policy-rc.d").exit_status == 101);
            CHECK(guest.lstat("/usr/sbin/policy-rc.d") == std::nullopt);
            CHECK(guest.list("/usr/sbin").size() == 1);
            guest.write("/usr/sbin/policy-rc.d", std::string("#!/bin/sh\nexit 5\n"), 0755, 0, 0);
            CHECK(run(guest, "/usr/sbin/policy-rc.d").exit_status == 101);
            CHECK(guest.read("/usr/sbin/policy-rc.d", 100) == "#!/bin/sh\nexit 5\n");
            guest.remove("/usr/sbin/policy-rc.d");
            guest.remove("/usr/sbin/invoke-rc.d");
        }
}

TEST_CASE("command: dpkg is told to keep what the recipe has put there, and to ask nobody") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            guest.make_directory("/etc/dpkg", 0755, 0, 0);
            guest.make_directory("/etc/dpkg/dpkg.cfg.d", 0755, 0, 0);
            CHECK(output_of(guest, "cat /etc/dpkg/dpkg.cfg.d/*") ==
                  "force-confdef\nforce-confold\n");
            CHECK(guest.list("/etc/dpkg/dpkg.cfg.d").empty());
            guest.remove("/etc/dpkg");
        }
}

TEST_CASE("command: a probe sees everything and can change nothing") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            GuestCommand command;
            command.script = "cat /etc/hostname; touch /etc/x /opt/y /tmp/z; rm -f /etc/hostname; "
                             "mount -o remount,rw /; touch /etc/x; exit 4";
            const CommandResult result = guest.probe(command);
            CHECK(result.exit_status == 4);
            CHECK(result.out.text == "tiny\n");
            CHECK(result.err.text.find("Read-only file system") != std::string::npos);
            CHECK(guest.lstat("/etc/x") == std::nullopt);
            CHECK(guest.lstat("/tmp/z") == std::nullopt);
            CHECK(guest.read("/etc/hostname", 10) == "tiny\n");
        }
}

TEST_CASE("command: a probe has a place for temporary files, a command the image's own") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            GuestCommand command;
            command.script = "file=$(mktemp) && echo kept > $file && cat $file && rm $file && "
                             "echo ${TMPDIR-none}";
            CHECK(guest.probe(command).out.text == "kept\n/run\n");
            CHECK(guest.run(command).out.text == "kept\nnone\n");
        }
}
