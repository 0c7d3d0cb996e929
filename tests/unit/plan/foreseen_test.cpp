// What a recipe's own files say of the image before any step runs: the policy its files are
// labelled by, what its /etc/fstab mounts over them, and what later steps find of them.

#include "plan/foreseen_guest.hpp"
#include "plan/planner.hpp"
#include "retouch/error.hpp"
#include "retouch/step_kind.hpp"
#include "support/memory_catalog.hpp"
#include "support/memory_guest.hpp"
#include "support/recipes.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr const char *k_recipe = R"(retouch: 1
name: web
source: { image: debian }
files:
  - to: /etc/motd
    content: "hello\n"
properties: { os_distro: debian }
)";

struct World {
    RecipeDirectory recipes;
    MemoryCatalog catalog;

    World() { catalog.put(image("a", "debian", "1")); }
};

} // namespace

TEST_CASE("planner: that new files are labelled is a note where an image has a policy and a step "
          "may write",
          "[plan]") {
    World world;
    const auto notes = [&](const std::string &text, bool is_labelled) {
        const auto open = [is_labelled](const Disk &) {
            auto guest = std::make_unique<MemoryGuest>();
            guest->put_file("/etc/motd", "old\n");
            guest->put_file("/etc/selinux/config", "SELINUX=permissive\nSELINUXTYPE=default\n");
            guest->put_file("/etc/selinux/default/contexts/files/file_contexts", "");
            if (is_labelled)
                guest->put_label("/", "system_u:object_r:root_t:s0");
            return guest;
        };
        return plan::make_plan(world.recipes.check(text), world.catalog, {}, open)
            .targets.at(0)
            .notes;
    };
    using Notes = std::vector<std::string>;
    const std::string head = "retouch: 1\nname: web\nsource: { image: debian }\n";
    CHECK(notes(k_recipe, true) == Notes{"what the steps make is labelled as the image's SELinux "
                                         "policy 'default' wants it"});
    CHECK(notes(k_recipe, false).empty());
    CHECK(notes(head + "files: [{to: /etc/motd, content: \"old\\n\"}]\n", true).empty());
    CHECK(notes(head + "checks: [{file: /etc/motd}]\n", true).empty());
    const std::string none = "what the steps make gets no SELinux label: ";
    const std::string config = head + "files: [{to: /etc/selinux/config, content: \"";
    const std::string rules = "/etc/selinux/mls/contexts/files/file_contexts";
    CHECK(notes(head + "files: [{to: /.autorelabel, content: \"\"}]\n", true) ==
          Notes{none + "a step puts /.autorelabel there, so that the first boot labels all of the "
                       "image"});
    const Notes off{none + "with the files that steps put there or remove, no policy of the image "
                           "is switched on"};
    CHECK(notes(config + "SELINUX=disabled\\nSELINUXTYPE=default\\n\"}]\n", true) == off);
    CHECK(notes(config + "SELINUX=enforcing\\nSELINUXTYPE=mls\\n\"}]\n", true) == off);
    CHECK(notes(head + "files: [{remove: /etc/selinux}]\n", true) == off);
    CHECK(notes(config + "SELINUX=enforcing\\nSELINUXTYPE=mls\\n\"}, {to: " + rules +
                    ", content: \"\"}]\n",
                true) ==
          Notes{"what the steps make is labelled as the image's SELinux policy 'mls' wants it"});
    CHECK(notes(config + "SELINUX=disabled\\n\"}]\n", false).empty());
}

TEST_CASE("planner: rules of labels that are too large to be read are told before anything is done",
          "[plan]") {
    World world;
    const auto open = [](const Disk &) {
        auto guest = std::make_unique<MemoryGuest>();
        guest->put_file("/etc/selinux/config", "SELINUX=permissive\nSELINUXTYPE=default\n");
        guest->put_file("/etc/selinux/default/contexts/files/file_contexts",
                        std::string((16 << 20) + 1, '#'));
        guest->put_label("/", "system_u:object_r:root_t:s0");
        return guest;
    };
    CHECK(plan::make_plan(world.recipes.check(k_recipe), world.catalog, {}, open)
              .targets.at(0)
              .notes ==
          std::vector<std::string>{"what the steps make gets no SELinux label: the rules of the "
                                   "image's SELinux policy 'default' are larger than 16 MiB"});
}

TEST_CASE("planner: what the recipe's own /etc/fstab mounts over what it puts there is refused, "
          "whichever comes first",
          "[plan]") {
    World world;
    const auto outcome = [&](const std::string &before, const std::string &files) {
        const auto open = [&](const Disk &) {
            auto guest = std::make_unique<MemoryGuest>();
            guest->put_file("/etc/fstab", before);
            guest->mutable_facts().mount_points = {{"/", "/dev/sda1", "ext4"},
                                                   {"/srv", "/dev/sda2", "ext4"}};
            return guest;
        };
        try {
            static_cast<void>(plan::make_plan(
                world.recipes.check("retouch: 1\nname: web\nsource: { image: debian }\n"
                                    "files: " +
                                    files),
                world.catalog, {}, open));
            return std::string("planned");
        } catch (const Error &error) {
            return std::string(error.what());
        }
    };
    const std::string root = "/dev/sda1 / ext4 defaults 0 1\n/dev/sda2 /srv ext4 defaults 0 2\n";
    const auto fstab = [](const std::string &line) {
        return "{to: /etc/fstab, content: \"/dev/sda2 /srv ext4 defaults 0 2\\n" + line + "\\n\"}";
    };
    const std::string place = "{to: /data/x, content: x}";
    const auto hidden = [](const std::string &device) {
        return "write /data/x: a machine that boots the image does not see /data/x: its /etc/fstab "
               "mounts " +
               device + " on /data; put it there, or take that line out";
    };
    for (const auto &[line, device] : std::vector<std::pair<std::string, std::string>>{
             {"LABEL=data /data ext4 defaults 0 2", "LABEL=data"},
             {"files:/data /data nfs defaults 0 0", "files:/data"},
             {"/var/data /data none bind 0 0", "/var/data"}}) {
        CAPTURE(line);
        CHECK_THAT(outcome(root, "[" + fstab(line) + ", " + place + "]"),
                   Catch::EndsWith(hidden(device)));
        CHECK_THAT(outcome(root, "[" + place + ", " + fstab(line) + "]"),
                   Catch::EndsWith(hidden(device)));
    }
    for (const char *line : {"LABEL=data /data ext4 nofail 0 2", "LABEL=data /data ext4 noauto 0 2",
                             "tmpfs /data tmpfs defaults 0 0"})
        CHECK(outcome(root, "[" + fstab(line) + ", " + place + "]") == "planned");
    CHECK(outcome(root, "[" + fstab("") + ", {to: /srv/x, content: x}]") == "planned");
    const std::string former = root + "files:/data /data nfs defaults 0 0\n";
    CHECK(outcome(former, "[" + fstab("") + ", " + place + "]") == "planned");
    CHECK_THAT(outcome(former, "[" + place + ", " + fstab("") + "]"),
               Catch::EndsWith(hidden("files:/data")));
}

namespace {

const std::string k_head = "retouch: 1\nname: web\nsource: { image: debian }\n";

/// The planned steps of a recipe over a guest, "STATE REASON" and the diff for each; or an error.
std::vector<std::string> foreseen(World &world, const std::string &sections,
                                  const MemoryGuest &guest, bool commands_first = false) {
    Target target;
    for (const Step &step : world.recipes.check(k_head + sections).steps)
        target.steps.push_back({step, {}, std::nullopt});
    if (commands_first)
        std::stable_partition(
            target.steps.begin(), target.steps.end(),
            [](const PlannedStep &planned) { return planned.step.kind == "commands"; });
    try {
        plan::preview_steps(target, guest);
    } catch (const Error &error) {
        return {error.what()};
    }
    std::vector<std::string> seen;
    for (const PlannedStep &planned : target.steps)
        seen.push_back(std::to_string(static_cast<int>(planned.change.state)) + " " +
                       planned.change.reason + "\n" + planned.change.diff);
    return seen;
}

} // namespace

TEST_CASE("planner: a step sees what the steps before it will have put there, whichever name leads "
          "there",
          "[plan]") {
    World world;
    MemoryGuest guest;
    guest.put_directory("/srv/real");
    guest.put_link("/srv/link", "real");
    guest.put_file("/var/log/old.1", "xxx");
    const std::string files = "files:\n  - {to: /srv/link/a.conf, content: \"level=debug\\n\"}\n";
    CHECK(foreseen(world,
                   files +
                       "lines:\n  - {file: /srv/real/a.conf, match: ^level=, line: level=info}\n"
                       "  - {file: /srv/link/a.conf, line: size=3}\n",
                   guest) ==
          std::vector<std::string>{
              "0 new file\n--- /dev/null\n+++ /srv/link/a.conf\n@@ -0,0 +1 @@\n+level=debug\n",
              "0 line 1 replaced\n--- /srv/real/a.conf\n+++ /srv/real/a.conf\n@@ -1 +1 @@\n"
              "-level=debug\n+level=info\n",
              "0 line added at the end\n--- /srv/real/a.conf\n+++ /srv/real/a.conf\n@@ -1 +1,2 @@\n"
              " level=info\n+size=3\n"});
    CHECK(foreseen(world,
                   "files: [{to: /var/log/new.1, content: abcd}, {remove: /var/log/old.1}]\n"
                   "cleanup: [logs]\n",
                   guest)
              .back() == "0 1 entry, 4 B\n");
    CHECK_THAT(foreseen(world,
                        "files: [{remove: /etc/passwd}]\nlines: [{file: /etc/passwd, line: x}]",
                        guest)
                   .at(0),
               Catch::EndsWith("the image has no /etc/passwd; 'create: true' makes it"));
    guest.put_file("/etc/motd", "a\n");
    CHECK(foreseen(world,
                   "files: [{remove: /etc/motd}]\n"
                   "commands: [{run: x, creates: /etc/motd}, {run: x, creates: /etc/group}]",
                   guest) == std::vector<std::string>{"0 a file of 2 B\n",
                                                      "3 will run, effect unknown\n",
                                                      "2 /etc/group is there\n"});
}

TEST_CASE("planner: what stands in a step's way may be gone when steps before it do what nobody "
          "knows",
          "[plan]") {
    World world;
    MemoryGuest guest;
    guest.script("false", 1);
    guest.put_file("/bin/sh", "", 0755);
    const std::string lines = "lines: [{file: /etc/nginx.conf, line: x}]\n";
    const std::string why = "the image has no /etc/nginx.conf; 'create: true' makes it";
    CHECK_THAT(foreseen(world, lines + "commands: [make it]", guest).at(0), Catch::EndsWith(why));
    CHECK(foreseen(world, lines + "commands: [make it]", guest, true).at(1) ==
          "3 known when the steps before it are done; now " + why + "\n");
    CHECK_THAT(
        foreseen(world, lines + "commands: [{run: make it, only_if: \"false\"}]", guest, true)
            .at(0),
        Catch::EndsWith(why));
    CHECK_THAT(foreseen(world, "files: [{to: /etc/other, content: x}]\n" + lines, guest).at(0),
               Catch::EndsWith(why));
}

TEST_CASE("planner: of a file that is shown to nobody, an edit shows nothing either", "[plan]") {
    World world;
    MemoryGuest guest;
    guest.put_link("/etc/secret", "key");
    std::filesystem::permissions(world.recipes.write("key", "hidden\n"),
                                 std::filesystem::perms::owner_read);
    const auto seen = foreseen(world,
                               "files: [{to: /etc/key, from: key, mode: \"0644\"}]\n"
                               "lines: [{file: /etc/secret, line: more}]",
                               guest);
    CHECK(seen.at(1) == "0 line added at the end\n");
}

TEST_CASE("planner: a foreseen guest is listed and read as a guest is", "[plan]") {
    World world;
    MemoryGuest guest;
    guest.put_file("/opt/d/kept", "1");
    guest.put_file("/opt/d/gone", "2");
    guest.put_file("/opt/e/deep/x", "3");
    guest.put_link("/opt/l", "d");
    plan::ForeseenGuest after(guest);
    const auto add = [&](const std::string &files) {
        for (const Step &step : world.recipes.check(k_head + "files: " + files).steps)
            after.add(step);
    };
    const auto names = [&](const std::string &path) {
        std::string text;
        for (const DirectoryEntry &entry : after.list(path))
            text += entry.name + " ";
        return text;
    };
    add("[{to: /opt/l/new/n, content: abc}, {remove: /opt/d/gone}, {remove: /opt/e}]");
    CHECK(names("/opt/l") == "kept new ");
    CHECK(names("/opt") == "d l ");
    CHECK(names("/opt/e/deep") == "");
    CHECK_FALSE(after.lstat("/opt/e/deep/x"));
    CHECK(after.lstat("/opt/d/new")->type == FileInfo::Type::directory);
    CHECK(after.read("/opt/l/new/n", 3) == "abc");
    CHECK_THROWS_AS(after.read("/opt/l/new/n", 2), Error);
    CHECK_THROWS_AS(after.read("/opt/e/deep/x", 9), Error);
    CHECK_THROWS_AS(after.read("/opt/l/new", 9), Error);
    CHECK(after.sha256("/opt/d/new/n") ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(after.label("/opt/d/new/n") == std::nullopt);
    add("[{to: /opt/e/again, content: z}]");
    CHECK(names("/opt/e") == "again ");
    CHECK(names("/opt/e/deep") == "");
    CHECK(after.read("/opt/d/kept", 9) == "1");
    CHECK(after.read_link("/opt/l") == "d");
    CHECK_THROWS_AS(after.read_link("/opt/d/new/n"), Error);
}

TEST_CASE("planner: a file of this host is read for an edit only as it was when the plan was made",
          "[plan]") {
    World world;
    MemoryGuest guest;
    const std::filesystem::path file = world.recipes.write("app.conf", "level=debug\n");
    const std::string sections = "files: [{to: /etc/app.conf, from: app.conf}]\n"
                                 "lines: [{file: /etc/app.conf, line: size=3}]\n";
    CHECK(foreseen(world, sections, guest).at(1) ==
          "0 line added at the end\n--- /etc/app.conf\n+++ /etc/app.conf\n@@ -1 +1,2 @@\n"
          " level=debug\n+size=3\n");
    Target target;
    for (const Step &step : world.recipes.check(k_head + sections).steps)
        target.steps.push_back({step, {}, std::nullopt});
    static_cast<void>(world.recipes.write("app.conf", "something else\n"));
    try {
        plan::preview_steps(target, guest);
        FAIL("planned");
    } catch (const Error &error) {
        CHECK(error.kind() == ErrorKind::stale);
        CHECK(error.what() == file.string() + " changed since the plan was made");
    }
}
