// What a recipe's own files say of the image before any step runs: the policy its files are
// labelled by, and what its /etc/fstab mounts over them.

#include "plan/planner.hpp"
#include "retouch/error.hpp"
#include "support/memory_catalog.hpp"
#include "support/memory_guest.hpp"
#include "support/recipes.hpp"

#include <catch2/catch.hpp>

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
