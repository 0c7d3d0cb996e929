// Labels after the last step that writes, over a guest that is a table: when they are set, and as
// whose effect they are told.

#include "apply/labels.hpp"
#include "model/names.hpp"

#include "apply/effect_guard.hpp"
#include "apply/run_steps.hpp"
#include "plan/planner.hpp"
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
  - { to: /etc/made, content: "x\n" }
  - { to: /opt/made, content: "x\n" }
commands:
  - add-a-user
  - do-nothing
checks:
  - run: look-at-labels
limits: { may_change: [/etc/made, /etc/passwd, /opt/made] }
)";
constexpr const char *k_label = "system_u:object_r:etc_t:s0";

/// Steps that begin, and phases that begin or end.
class Heard : public EventSink {
  public:
    void on(const Event &event) override {
        if (event.kind == EventKind::step_started)
            lines.push_back(event.details.at("id").get<std::string>());
        else if (event.kind != EventKind::step_finished)
            lines.push_back(std::string(model::to_string(event.kind)) + " " +
                            event.details.at("phase").get<std::string>());
    }

    std::vector<std::string> lines;
};

struct World {
    RecipeDirectory recipes;
    MemoryCatalog catalog;
    MemoryGuest guest;
    TargetReport report;
    Heard heard;

    World() {
        catalog.put(image("a", "debian", "1"));
        guest.put_file("/bin/sh", "", 0755);
        guest.put_file("/etc/selinux/config", "SELINUX=enforcing\nSELINUXTYPE=default\n");
        guest.put_file("/etc/selinux/default/contexts/files/file_contexts",
                       std::string("/etc/.* ") + k_label + "\n");
        guest.put_label("/", k_label);
        guest.put_label("/etc/passwd", k_label);
        guest.script("do-nothing", 0);
        guest.script("look-at-labels", 0);
        MemoryGuest::Scripted adds;
        adds.effect = [](MemoryGuest &changed) { // as useradd does it, by a rename
            const std::string text = changed.read("/etc/passwd", 4096);
            changed.remove("/etc/passwd");
            changed.write("/etc/passwd", text + "new:x:7:7::/:/bin/sh\n", 0644, 0, 0);
        };
        guest.script("add-a-user", adds);
    }

    Target target(const std::string &text) {
        return plan::resolve_plan(recipes.check(text), catalog, {}).targets.at(0);
    }

    /// True when all steps succeeded.
    bool run(const Target &wanted, bool observed) {
        std::optional<guest::Observer> observer;
        if (observed)
            observer.emplace(guest, std::vector<std::string>{});
        return apply::run_steps(wanted, guest, observed ? &*observer : nullptr, report, heard);
    }

    /// Of each step, the paths and whether they bear a label before and after.
    std::vector<std::string> told() const {
        std::vector<std::string> lines;
        for (const StepReport &step : report.steps)
            for (const EntryChange &change : step.effect.value().files)
                lines.push_back(step.id + " " + change.path + " " + mark(change.before) +
                                mark(change.after));
        return lines;
    }

    static char mark(const std::optional<EntryState> &state) {
        return !state ? '.' : state->attributes.empty() ? '-' : '+';
    }
};

} // namespace

TEST_CASE("labels: they are set before checks, observed or not, and told as effects of the steps "
          "that made the files",
          "[apply]") {
    const bool observed = GENERATE(false, true);
    World world;
    const Target target = world.target(k_recipe);
    REQUIRE(world.run(target, observed));
    for (const char *path : {"/etc/made", "/etc/passwd"})
        CHECK(world.guest.label(path) == k_label);
    CHECK(world.guest.label("/opt/made") == std::nullopt);
    CHECK(world.report.notes ==
          std::vector<std::string>{
              "without the label of the SELinux policy 'default': /opt/made (no rule for it)"});
    if (!observed)
        return;
    CHECK(world.told() == std::vector<std::string>{"files[0] /etc/made .+", "files[1] /opt/made .-",
                                                   "commands[0] /etc/passwd ++"});
    CHECK_FALSE(world.report.steps.at(2).effect->files.at(0).diff.empty());
    CHECK_FALSE(world.report.steps.at(0).effect->files.at(0).diff.empty());
    CHECK(apply::violations_of(target, world.report).empty());
}

TEST_CASE("labels: a file that was only rewritten, and bears its label again, is no change",
          "[apply]") {
    World world;
    MemoryGuest::Scripted rewrites;
    rewrites.effect = [](MemoryGuest &changed) {
        const std::string text = changed.read("/etc/passwd", 4096);
        changed.remove("/etc/passwd");
        changed.write("/etc/passwd", text, 0644, 0, 0);
    };
    world.guest.script("add-a-user", rewrites);
    REQUIRE(world.run(world.target(k_recipe), true));
    CHECK(world.told() ==
          std::vector<std::string>{"files[0] /etc/made .+", "files[1] /opt/made .-"});
}

TEST_CASE("labels: setting them is a phase of its own, between the steps that write and the checks",
          "[apply]") {
    World world;
    REQUIRE(world.run(world.target(k_recipe), false));
    CHECK(world.heard.lines == std::vector<std::string>{"files[0]", "files[1]", "commands[0]",
                                                        "commands[1]", "phase_started label",
                                                        "phase_finished label", "checks[0]"});
    REQUIRE(world.report.phases.size() == 1);
    CHECK(world.report.phases.front().kind == PhaseKind::label);
}

TEST_CASE("labels: an image without a policy has no such phase", "[apply]") {
    World world;
    world.guest.remove("/etc/selinux/config");
    REQUIRE(world.run(world.target(k_recipe), false));
    CHECK(world.heard.lines == std::vector<std::string>{"files[0]", "files[1]", "commands[0]",
                                                        "commands[1]", "checks[0]"});
}

TEST_CASE("labels: a step that fails ends the work before anything is labelled", "[apply]") {
    World world;
    world.guest.script("do-nothing", 1);
    CHECK_FALSE(world.run(world.target(k_recipe), false));
    CHECK(world.guest.label("/etc/made") == std::nullopt);
}

TEST_CASE("labels: where only checks run, nothing is looked for", "[apply]") {
    World world;
    const std::string head = "retouch: 1\nname: web\nsource: { image: debian }\n";
    REQUIRE(world.run(world.target(head + "checks: [{run: look-at-labels}]\n"), false));
    CHECK(world.guest.mutations() == 0);
}
