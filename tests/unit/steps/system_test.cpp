// The section `system` on guests in memory: what each family gets, what is refused with which
// words, and the one command that is run.

#include "retouch/error.hpp"
#include "support/memory_guest.hpp"
#include "unit/steps/sections.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;
using namespace std::string_literals;

namespace {

const StepKind &kind() {
    return *find_step_kind("system");
}

/// "STATE REASON" of a setting, or the error.
std::string planned(const std::string &setting, const GuestView &guest) {
    try {
        const StepChange change = kind().preview(read_step("system", setting), guest);
        return (change.state == StepState::unchanged ? "unchanged" : "change ") + change.reason;
    } catch (const StepObstacle &obstacle) {
        return "! " + obstacle.reason();
    }
}

StepResult done(const std::string &setting, Guest &guest) {
    return kind().execute(read_step("system", setting), guest);
}

MemoryGuest of_family(const std::string &manager) {
    MemoryGuest guest;
    guest.mutable_facts().package_manager = manager;
    return guest;
}

MemoryGuest debian_with_locales() {
    MemoryGuest guest;
    guest.put_file("/usr/sbin/locale-gen", "#!/bin/sh\n", 0755);
    guest.put_file("/usr/share/i18n/SUPPORTED",
                   "de_DE.UTF-8 UTF-8\nde_DE ISO-8859-1\nen_US.UTF-8 UTF-8\n");
    guest.put_file("/etc/locale.gen", "# all\n# de_DE.UTF-8 UTF-8  \nen_US.UTF-8 UTF-8\n");
    guest.put_file("/usr/lib/locale/locale-archive", "head\0en_US.utf8\0tail"s);
    return guest;
}

} // namespace

TEST_CASE("system: each setting is a step, in one order, and the steps give the section back") {
    const ReadSection read =
        read_section("system", "{keymap: us, locale: C, hostname: \"\", timezone: UTC}");
    CHECK(read.mistakes.empty());
    std::vector<Json> options;
    std::string text;
    for (const Step &step : read.result.steps) {
        text += step.id + " " + step.summary + " " + step.options.dump() + "\n";
        CHECK(step.identity == step.options);
        options.push_back(step.options);
    }
    CHECK(text == "system[0] take the host name away {\"hostname\":\"\"}\n"
                  "system[1] set the time zone to UTC {\"timezone\":\"UTC\"}\n"
                  "system[2] set the locale to C {\"locale\":\"C\"}\n"
                  "system[3] set the keymap to us {\"keymap\":\"us\"}\n");
    CHECK(kind().section(options) ==
          Json({{"hostname", ""}, {"timezone", "UTC"}, {"locale", "C"}, {"keymap", "us"}}));
    CHECK(kind().needs(read.result.steps.at(2)).runnable);
    CHECK(read.result.steps.at(2).script == "locale-gen --keep-existing");
    for (const std::size_t other : {0U, 1U, 3U})
        CHECK_FALSE(kind().needs(read.result.steps.at(other)).runnable);
}

TEST_CASE("system: Debian makes a locale that is not there, and keeps it in its list") {
    MemoryGuest guest = debian_with_locales();
    guest.script("locale-gen --keep-existing",
                 {{}, [](MemoryGuest &inside) {
                      CHECK(inside.read("/etc/locale.gen", 99) ==
                            "# all\nde_DE.UTF-8 UTF-8\nen_US.UTF-8 UTF-8\n");
                      inside.put_file("/usr/lib/locale/de_DE.utf8/LC_TIME", "x");
                  }});
    CHECK(planned("{locale: de_DE.UTF-8}", guest) ==
          "change it is made (locale-gen), LANG in /etc/default/locale");
    CHECK(done("{locale: de_DE.UTF-8}", guest).outcome == StepOutcome::changed);
    CHECK(guest.read("/etc/default/locale", 99) == "LANG=de_DE.UTF-8\n");
    CHECK(planned("{locale: de_DE.UTF-8}", guest) == "unchanged");
    CHECK(done("{locale: de_DE.UTF-8}", guest).outcome == StepOutcome::unchanged);
    CHECK(guest.ran() == std::vector<std::string>{"locale-gen --keep-existing"});
}

TEST_CASE("system: a locale that Debian has is not made again") {
    MemoryGuest guest = debian_with_locales();
    CHECK(planned("{locale: en_US.UTF-8}", guest) == "change LANG in /etc/default/locale");
    guest.put_file("/etc/default/locale", "LC_TIME=C\nLANG='en_US.UTF-8'\n");
    CHECK(planned("{locale: en_US.UTF-8}", guest) == "unchanged");
    guest.put_file("/etc/locale.gen", "#en_US.UTF-8 UTF-8\n");
    CHECK(planned("{locale: en_US.UTF-8}", guest) == "change /etc/locale.gen does not name it");
    guest.put_file("/etc/default/locale", "LANG=\"C\"\n");
    CHECK(done("{locale: en_US.UTF-8}", guest).outcome == StepOutcome::changed);
    CHECK(guest.read("/etc/default/locale", 99) == "LANG=en_US.UTF-8\n");
    CHECK(guest.ran().empty());
    CHECK(planned("{locale: C}", MemoryGuest()) == "change LANG in /etc/default/locale");
}

TEST_CASE("system: a locale that cannot be made or does not come ends the step") {
    CHECK(planned("{locale: xx_YY.UTF-8}", debian_with_locales()) ==
          "! Debian has no locale 'xx_YY.UTF-8' (/usr/share/i18n/SUPPORTED)");
    CHECK(planned("{locale: de_DE.UTF-8}", MemoryGuest()) ==
          "! the image has no locale 'de_DE.UTF-8', and nothing to make it with: that is the "
          "package locales");
    MemoryGuest guest = debian_with_locales();
    guest.script("locale-gen --keep-existing", 1, "no space");
    const StepResult result = done("{locale: de_DE.UTF-8}", guest);
    CHECK(result.outcome == StepOutcome::failed);
    CHECK(result.message == "locale-gen --keep-existing exited with status 1");
    CHECK(result.out.text == "no space");
    CHECK(planned("{locale: de_DE.UTF-8}", of_family("dnf")) ==
          "! the image has no locale 'de_DE.UTF-8': it comes with a package (glibc-langpack-de)");
    CHECK(planned("{locale: de_DE.UTF-8}", of_family("zypper")) ==
          "! the image has no locale 'de_DE.UTF-8': it comes with a package (glibc-locale)");
    CHECK(planned("{locale: de_DE.UTF-8}", of_family("apk")) ==
          "! the C library of Alpine has no locales; what LANG shall be, a file in "
          "/etc/profile.d says");
    CHECK(planned("{locale: C}", of_family("pacman")) ==
          "! where Debian GNU/Linux 12 (bookworm) keeps its locale is not known");
}

TEST_CASE("system: an archive that is too large to be read is one of all locales") {
    MemoryGuest guest = of_family("yum");
    guest.put_file("/usr/lib/locale/locale-archive", std::string((16 << 20) + 1, 'x'));
    CHECK(planned("{locale: de_DE.UTF-8}", guest) == "change LANG in /etc/locale.conf");
    guest.put_file("/usr/lib/locale/locale-archive", "x\0xde_DE.utf8\0"s);
    CHECK(planned("{locale: de_DE.UTF-8}", guest).starts_with("! the image has no locale"));
}

TEST_CASE("system: Windows is refused, each setting with its reason") {
    MemoryGuest guest = of_family("");
    guest.mutable_facts().type = "windows";
    CHECK(planned("{hostname: web}", guest) ==
          "! a Windows machine gets its name from sysprep or cloudbase-init");
    CHECK(planned("{timezone: UTC}", guest) ==
          "! the time zone of a Windows image is not changed: it is in the registry; set it when "
          "the machine first boots");
    CHECK(planned("{locale: C}", guest) == "! the language of a Windows image is not changed");
    CHECK(planned("{keymap: us}", guest) == "! the keyboard of a Windows image is not changed");
    CHECK(guest.mutations() == 0);
}

TEST_CASE("system: a keymap that the image does not have is refused") {
    MemoryGuest guest;
    CHECK(planned("{keymap: de}", guest) == "! the image has no /etc/default/keyboard: that comes "
                                            "with the package keyboard-configuration");
    guest.put_file("/etc/default/keyboard", "XKBLAYOUT=us\n");
    CHECK(planned("{keymap: de}", guest) ==
          "! the image has no keyboard layout 'de' (in /usr/share/X11/xkb/symbols)");
    guest.mutable_facts().package_manager = "dnf";
    CHECK(planned("{keymap: de}", guest) ==
          "! the image has no keymap 'de': keymaps come with the package kbd");
    guest.put_file("/usr/lib/kbd/keymaps/legacy/i386/qwertz/de.map.gz", "x");
    CHECK(planned("{keymap: de}", guest) == "change KEYMAP in /etc/vconsole.conf");
}

TEST_CASE("system: what stands in a file's place is told in the plan") {
    MemoryGuest guest;
    guest.put_file("/usr/share/zoneinfo/UTC", "TZif");
    guest.put_directory("/etc/localtime");
    CHECK(planned("{timezone: UTC}", guest) == "! /etc/localtime is a directory in the image");
    guest.put_link("/etc/hostname", "/nowhere/name");
    CHECK(planned("{hostname: web}", guest) == "change there is none");
    CHECK(done("{hostname: web}", guest).outcome == StepOutcome::changed);
    CHECK(guest.read("/nowhere/name", 9) == "web\n");
    guest.make_unchangeable("/nowhere/name");
    CHECK_THAT(planned("{hostname: other}", guest),
               Catch::StartsWith("! /nowhere/name is immutable"));
}
