// What package managers of families other than Debian's are asked and told, as far as words go:
// their databases and lists, and the scripts they are run by. The tools themselves are scenarios'.

#include "retouch/error.hpp"
#include "steps/packages/debconf.hpp"
#include "steps/packages/dpkg_hold.hpp"
#include "steps/packages/families.hpp"
#include "steps/packages/rpm_states.hpp"
#include "support/memory_guest.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

namespace {

const std::vector<std::string> k_names = {"bash", "kubelet"};

constexpr const char *k_question =
    "for name in 'bash' 'kubelet'; do\n"
    "    for how in '' --whatprovides; do\n"
    "        rpm -q --qf \"$name\\t$how\\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\n\" $how "
    "\"$name\"\n"
    "    done\n"
    "done 2>/dev/null\n"
    "rpm --version >/dev/null && echo asked\n";

/// It has bash, and something that stands for it; no kubelet.
MemoryGuest with_rpm(const std::string &answer) {
    MemoryGuest guest;
    guest.mutable_facts().package_manager = "dnf";
    guest.script(k_question, 0, answer);
    return guest;
}

constexpr const char *k_answer = "bash\t\t5.1.8-9.el9\n"
                                 "bash\t--whatprovides\t5.1.8-9.el9\n"
                                 "package kubelet is not installed\n"
                                 "no package provides kubelet\n"
                                 "asked\n";

std::string text_of(const steps::ImageChanges &changes) {
    std::string text = changes.obstacle;
    for (const Foreseen &each : changes.changes)
        text += each.path + ":\n" + std::get<std::string>(each.source);
    return text;
}

steps::PackageWork work_of(std::vector<steps::WantedPackage> packages) {
    steps::PackageWork work;
    work.packages = std::move(packages);
    return work;
}

/// The last line, where the package manager is run.
std::string last_line(const std::string &script) {
    const std::size_t end = script.rfind('\n', script.size() - 2);
    return script.substr(end + 1);
}

} // namespace

TEST_CASE("rpm: what is installed is asked of the image's own rpm") {
    const auto states = steps::rpm_states(with_rpm(k_answer), k_names);
    CHECK(states.at("bash").versions == std::vector<std::string>{"5.1.8-9.el9"});
    CHECK_FALSE(states.at("kubelet").installed());
    CHECK_FALSE(states.at("kubelet").provided);
}

TEST_CASE("rpm: an rpm that does not answer is an error, not an empty database") {
    for (const char *answer : {"", "bash\t\t5.1\n", "asked\nno\n"})
        CHECK_THROWS_WITH(steps::rpm_states(with_rpm(answer), k_names),
                          "the image's rpm does not say what is installed");
}

TEST_CASE("rpm: a version is wanted with epoch and release or without") {
    const std::string installed = "1:1.2.3-4.el9";
    for (const char *wanted :
         {"1:1.2.3-4.el9", "1.2.3-4.el9", "1:1.2.3", "1.2.3", "1.2.*", "1:1.*"})
        CHECK(steps::is_rpm_version(installed, wanted));
    for (const char *wanted : {"1.2", "2:1.2.3", "1.2.3-4", "1.3.*", "2*"})
        CHECK_FALSE(steps::is_rpm_version(installed, wanted));
}

TEST_CASE("dnf: a hold is a line of versionlock, and needs the plugin") {
    MemoryGuest guest = with_rpm(k_answer);
    CHECK(text_of(steps::k_dnf.hold(guest, k_names, true)) ==
          "dnf holds packages by its plugin versionlock, which the image does not have "
          "(python3-dnf-plugin-versionlock, yum-plugin-versionlock)");
    CHECK(text_of(steps::k_dnf.hold(guest, k_names, false)).empty());
    guest.put_file("/etc/dnf/plugins/versionlock.conf", "");
    CHECK(text_of(steps::k_dnf.hold(guest, k_names, true)) ==
          "/etc/dnf/plugins/versionlock.list:\nbash-0:5.1.8-9.el9.*\n");
    guest.put_file("/etc/dnf/plugins/versionlock.list", "# x\nbash-0:5.1.8-9.el9.*\nzsh-0:1-1.*\n");
    CHECK(steps::k_dnf.states(guest, k_names).at("bash").held);
    CHECK(text_of(steps::k_dnf.hold(guest, k_names, true)).empty());
    CHECK(text_of(steps::k_dnf.hold(guest, k_names, false)) ==
          "/etc/dnf/plugins/versionlock.list:\n# x\nzsh-0:1-1.*\n");
}

TEST_CASE("zypper: a hold is a block of its locks, and others stay") {
    MemoryGuest guest = with_rpm(k_answer);
    const std::string zsh = "type: package\nmatch_type: glob\nsolvable_name: zsh\n\n";
    const std::string bash =
        "type: package\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: bash\n\n";
    guest.put_file("/etc/zypp/locks", "\n" + zsh);
    const std::vector<std::string> names = {"bash"};
    CHECK(text_of(steps::k_zypper.hold(guest, names, true)) == "/etc/zypp/locks:\n" + zsh + bash);
    guest.put_file("/etc/zypp/locks", zsh + bash);
    CHECK(steps::k_zypper.states(guest, k_names).at("bash").held);
    CHECK(text_of(steps::k_zypper.hold(guest, names, true)).empty());
    CHECK(text_of(steps::k_zypper.hold(guest, names, false)) == "/etc/zypp/locks:\n" + zsh);
}

TEST_CASE("packages: scripts name what is wanted as each package manager spells it") {
    const auto work = work_of({{"curl", "", false}, {"kubelet", "1.33.*", false}});
    CHECK(last_line(steps::k_dnf.install(work)) ==
          "run $fresh install -- 'curl' 'kubelet-1.33.*'\n");
    CHECK(last_line(steps::k_apk.install(work)) == "apk --no-progress add 'curl' 'kubelet~1.33'\n");
    CHECK(last_line(steps::k_zypper.install(work_of({{"kubelet", "1.33.1", false}}))) ==
          "run install --auto-agree-with-licenses --oldpackage -- 'kubelet=1.33.1'\n");
    CHECK(last_line(steps::k_dnf.update(steps::Updates::everything, {})) ==
          "run $fresh update --\n");
    CHECK(last_line(steps::k_dnf.update(steps::Updates::security, {})) ==
          "run $fresh update --security --\n");
    CHECK(last_line(steps::k_dnf.remove(work_of({{"curl", "", false}}))) ==
          "run -C --setopt=clean_requirements_on_remove=False remove -- 'curl'\n");
    CHECK(last_line(steps::k_apk.remove(work_of({{"a", "", true}}))) ==
          "apk --no-progress --no-network del --purge 'a'\n");
    CHECK(last_line(steps::k_zypper.update(steps::Updates::security, {})) ==
          "run patch --category security --auto-agree-with-licenses\n");
    CHECK(steps::k_zypper.install_obstacle(work) == "zypper takes whole versions only, not 1.33.*");
}

TEST_CASE("dpkg: a hold changes one word of its database") {
    const std::string status = "Package: a\nStatus: install ok installed\nArchitecture: amd64\n"
                               "Version: 1\nDescription: x\n Status: install ok installed\n\n"
                               "Package: a\nStatus: install ok installed\nArchitecture: i386\n"
                               "Version: 1\n\n"
                               "Package: b\nStatus: deinstall ok config-files\nVersion: 1\n";
    const std::string held = steps::with_hold(status, "a:i386", true);
    CHECK(held.size() == status.size() - 3);
    CHECK(held.find("hold ok") > status.find("\n\n"));
    CHECK(steps::with_hold(held, "a", false) == status);
    CHECK(steps::with_hold(status, "b", true) == status);
    CHECK(steps::with_hold(status, "c", true) == status);
    CHECK(steps::with_hold("Package: d\nStatus: deinstall ok installed\nVersion: 1\n", "d", true) ==
          "Package: d\nStatus: hold ok installed\nVersion: 1\n");
    CHECK(steps::with_hold("", "a", true).empty());
    for (const char *damaged :
         {"Package: a\nVersion: 1\n", "Package: a\nStatus:\n", "Package: a",
          "\nPackage: a\nStatus: installed\n", "Package: a\nStatus: x\n\n\n\n"})
        CHECK(steps::with_hold(damaged, "a", true) == damaged);
}

TEST_CASE("debconf: answers are those that somebody has seen") {
    CHECK(steps::debconf_answers_in("Name: a/b\nValue: true\nFlags: seen\n\n"
                                    "Name: c/d\nValue: x\n\nbroken\n\nName: e/f\nFlags: seen") ==
          steps::DebconfAnswers{{"a/b", "true"}, {"e/f", ""}});
    CHECK(steps::debconf_selections({{"tzdata/Zones/Europe", "Berlin"}, {"x/y", "false"}}) ==
          "tzdata tzdata/Zones/Europe string Berlin\nx x/y boolean false\n");
}
