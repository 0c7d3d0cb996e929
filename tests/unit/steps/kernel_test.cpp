// The parts of `kernel`: words, shell assignments, versions; and what is refused with which words.

#include "steps/kernel/kernel_defaults.hpp"
#include "steps/kernel/kernel_task.hpp"
#include "steps/kernel/kernel_version.hpp"
#include "support/memory_guest.hpp"
#include "unit/steps/sections.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;
using namespace retouch::steps;

namespace {

constexpr const char *k_file = "/etc/default/grub";

MemoryGuest with_defaults(const std::string &text) {
    MemoryGuest guest;
    guest.put_file(k_file, text);
    return guest;
}

/// The file with the wishes, or why that cannot be.
std::string wanted(const std::string &text, const WordWishes &wishes) {
    const MemoryGuest guest = with_defaults(text);
    KernelDefaults defaults(guest, {k_file}, "GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT");
    if (!defaults.obstacle().empty())
        return "! " + defaults.obstacle();
    defaults.want(wishes);
    ImageChanges changes;
    defaults.note(changes);
    return changes.changes.empty() ? "as it is"
                                   : std::get<std::string>(changes.changes.front().source);
}

std::string refusal(const std::string &yaml, const GuestView &guest) {
    try {
        static_cast<void>(find_step_kind("kernel")->preview(read_step("kernel", yaml), guest));
    } catch (const StepObstacle &obstacle) {
        return obstacle.reason();
    }
    return "none";
}

} // namespace

TEST_CASE("kernel: all words are one step, and the way back gives the same") {
    const ReadSection read = read_section("kernel", "- append: [a, b=1]\n- old: remove\n"
                                                    "- {append: [c], remove: [d]}\n"
                                                    "- initramfs: {modules: [nvme]}\n");
    CHECK(read.mistakes.empty());
    std::vector<std::string> summaries;
    std::vector<Json> options;
    for (const Step &step : read.result.steps) {
        summaries.push_back(step.summary);
        options.push_back(step.options);
    }
    CHECK(summaries == std::vector<std::string>{"kernel command line: append a b=1 c, remove d",
                                                "remove old kernels", "initramfs: modules nvme"});
    const Json section = find_step_kind("kernel")->section(options);
    const ReadSection again = read_section("kernel", section.dump());
    REQUIRE(again.result.steps.size() == options.size());
    for (std::size_t at = 0; at < options.size(); ++at) {
        CHECK(again.result.steps[at].options == options[at]);
        CHECK(again.result.steps[at].id == read.result.steps[at].id);
    }
}

TEST_CASE("kernel: a contradiction that leaves a verb without words is a mistake, and no more") {
    CHECK(read_section("kernel", "- append: [a=1]\n- remove: [a=1]\n").mistakes ==
          "2:12: 'a=1' is both appended and removed; 1:12 'append' is here\n");
}

TEST_CASE("kernel: entries that contradict each other are mistakes at both lines") {
    CHECK(read_section("kernel", "- append: [console=ttyS0]\n"
                                 "- remove: [quiet, console=ttyS0]\n"
                                 "- append: [quiet, nosmt, nosmt]\n"
                                 "- {append: [debug], old: remove}\n"
                                 "- initramfs: {modules: [nvme, nvme]}\n"
                                 "- initramfs: {modules: [ext4]}\n")
              .mistakes ==
          "2:19: 'console=ttyS0' is both appended and removed; 1:12 'append' is here\n"
          "3:12: 'quiet' is both appended and removed; 2:12 'remove' is here\n"
          "3:26: 'nosmt' stands here twice; 3:19 first here\n"
          "4:21: an entry is one verb; 4:4 'append' is here\n"
          "5:31: the module 'nvme' stands here twice; 5:25 first here\n"
          "6:3: the entry 'initramfs' stands here twice; 5:3 first here\n");
}

TEST_CASE("kernel: words come once, at the end, and go wherever they are") {
    const WordWishes wishes{{"a=1", "b"}, {"quiet"}};
    CHECK(line_with_wishes("ro  a=1 b", wishes) == "ro  a=1 b");
    CHECK(line_with_wishes("", wishes) == "a=1 b");
    CHECK(line_with_wishes("b quiet b ro", wishes) == "ro a=1 b");
    CHECK(line_with_wishes("x=\"quiet a=1 b\" ro", wishes) == "x=\"quiet a=1 b\" ro a=1 b");
    CHECK(line_with_wishes("a=1\tb a=2", wishes) == "a=1\tb a=2");
}

TEST_CASE("kernel: assignments are changed where they take effect, and all else stays") {
    const WordWishes wishes{{"nosmt"}, {"quiet"}};
    CHECK(wanted("", wishes) == "GRUB_CMDLINE_LINUX=\"nosmt\"\n");
    CHECK(wanted("A=1", wishes) == "A=1\nGRUB_CMDLINE_LINUX=\"nosmt\"\n");
    CHECK(wanted("GRUB_CMDLINE_LINUX=quiet\nGRUB_CMDLINE_LINUX=ro # last\n", wishes) ==
          "GRUB_CMDLINE_LINUX=quiet\nGRUB_CMDLINE_LINUX=\"ro nosmt\" # last\n");
    CHECK(wanted("GRUB_CMDLINE_LINUX_DEFAULT='quiet nosmt'\n", wishes) ==
          "GRUB_CMDLINE_LINUX_DEFAULT=\"nosmt\"\n");
    CHECK(wanted("GRUB_CMDLINE_LINUX=nosmt\nGRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX\"\n",
                 wishes) == "as it is");
    CHECK(wanted("GRUB_CMDLINE_LINUX=\"x=\\\"a b\\\" \\$y\"\n", wishes) ==
          "GRUB_CMDLINE_LINUX=\"x=\\\"a b\\\" \\$y nosmt\"\n");
    CHECK(wanted("GRUB_CMDLINE_LINUX_DEFAULT=\"console=tty1\"\n", {{"console=ttyS0"}, {}}) ==
          "GRUB_CMDLINE_LINUX_DEFAULT=\"console=tty1 console=ttyS0\"\n");
}

TEST_CASE("kernel: what only a shell can tell is refused, with its line") {
    const std::string text = GENERATE(
        "if true; then\n", ". /etc/other\n", "A=1; B=2\n", "GRUB_CMDLINE_LINUX=$(cat x)\n",
        "GRUB_CMDLINE_LINUX=`cat x`\n", "GRUB_CMDLINE_LINUX=a$GRUB_CMDLINE_LINUX_DEFAULT\n",
        "GRUB_CMDLINE_LINUX=${A:-b}\n", "GRUB_CMDLINE_LINUX=\"a\n", "GRUB_CMDLINE_LINUX='a\n",
        "GRUB_CMDLINE_LINUX=a\\\n", "GRUB_CMDLINE_LINUX+=a b\n", "GRUB_CMDLINE_LINUX=\"\1A\"\n",
        "A=\"\n", "A=$(b\n", "GRUB_CMDLINE_LINUX = a\n", "=a\n");
    CAPTURE(text);
    CHECK(wanted("# one\n" + text, {{"a"}, {}}) ==
          "! line 2 of /etc/default/grub is no plain assignment, and what a shell makes of it is "
          "not known here; put the words there with 'lines'");
}

TEST_CASE("kernel: words from another variable are not known") {
    CHECK(wanted("GRUB_CMDLINE_LINUX=\"$OTHER a\"\n", {{"a"}, {}}) ==
          "! GRUB_CMDLINE_LINUX takes words from the variable OTHER, and what that holds is not "
          "known here");
}

TEST_CASE("kernel: versions are compared number by number") {
    const std::vector<std::string> ascending = {"5.10.0-9-amd64",      "5.10.0-10-amd64",
                                                "5.14.0-70.el9",       "5.14.0-427.el9_4",
                                                "6.1.0~rc1-1",         "6.1.0-1",
                                                "6.1.0-1+deb1",        "6.12.0",
                                                "6.12.43+deb13-amd64", "6.12.57+deb13-amd64"};
    for (std::size_t at = 0; at + 1 < ascending.size(); ++at) {
        CAPTURE(ascending[at], ascending[at + 1]);
        CHECK(is_older_version(ascending[at], ascending[at + 1]));
        CHECK_FALSE(is_older_version(ascending[at + 1], ascending[at]));
    }
    CHECK(is_older_version("5.14.0-427.el9_4", "5.14.0-427.13.1.el9_4"));
    CHECK_FALSE(is_older_version("6.1", "6.1"));
}

TEST_CASE("kernel: what an image cannot have is refused with the reason") {
    MemoryGuest guest;
    CHECK(refusal("- append: [a]\n", guest) ==
          "the image has no boot loader whose configuration is known here: neither a menu of GRUB "
          "nor boot entries in /boot/loader/entries");
    CHECK(refusal("- initramfs: {modules: [nvme]}\n", guest) ==
          "the image has no initramfs of a kernel in /lib/modules");
    guest.put_file("/boot/efi/EFI/Linux/a.efi", "x");
    CHECK(refusal("- append: [a]\n", guest).starts_with("the image boots unified kernel images"));
    guest.mutable_facts().type = "windows";
    CHECK(refusal("- append: [a]\n", guest) ==
          "a Windows image has no kernel command line; BCD is not changed");
    CHECK(refusal("- old: remove\n", guest) == "a Windows image has no kernels in packages");
    CHECK(refusal("- initramfs: {modules: [nvme]}\n", guest) == "a Windows image has no initramfs");
}

TEST_CASE("kernel: what an image names itself reaches no shell unless it is plain") {
    CHECK(is_safe_name("6.12.43+deb13-amd64"));
    for (const char *name : {"", "-x", ".", "..", "a'b", "a b", "a$b", "a\n", "a/b", "a;b"})
        CHECK_FALSE(is_safe_name(name));
    MemoryGuest guest;
    guest.mutable_facts().package_manager = "dnf";
    guest.put_file("/lib/modules/5'; reboot #/modules.dep", "");
    CHECK(refusal("- initramfs: {modules: [nvme]}\n", guest) ==
          "'5'; reboot #' is an odd version of a kernel (in /lib/modules)");
}
