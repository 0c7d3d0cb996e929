// Entries for some systems: what each system's recipe is, and the one list of steps of all.

#include "plan/projections.hpp"

#include "plan/check.hpp"
#include "plan/planner.hpp"
#include "plan/saved_plan.hpp"
#include "render/text/diagnostics.hpp"
#include "retouch/error.hpp"
#include "support/memory_catalog.hpp"
#include "support/memory_guest.hpp"
#include "support/recipes.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr const char *k_start = "retouch: 1\nname: web\nsource: {image: debian}\n";
constexpr const char *k_id = "11111111-1111-4111-8111-111111111111";

/// "SUMMARY [only on SYSTEMS]" of each.
std::vector<std::string> told(const std::vector<Step> &steps) {
    std::vector<std::string> lines;
    for (const Step &step : steps)
        lines.push_back(step.systems.is_everywhere()
                            ? step.summary
                            : fmt::format("{} [{}]", step.summary, step.systems.words()));
    return lines;
}

std::vector<std::string> steps_of(const std::string &sections) {
    RecipeDirectory recipes;
    return told(recipes.check(k_start + sections).steps);
}

std::vector<std::string> mistakes(const std::string &sections) {
    RecipeDirectory recipes;
    Diagnostics found;
    CHECK(plan::check_recipe(recipes.write("r.yaml", k_start + sections), {}, found).empty());
    std::vector<std::string> lines;
    for (const Diagnostic &each : found.sorted())
        lines.push_back(
            fmt::format("{}:{} {}", each.position.line, each.position.column, each.message));
    return lines;
}

struct World {
    RecipeDirectory recipes;
    MemoryCatalog catalog;

    World() {
        Image source = image(k_id, "debian", "2026-01-01T00:00:00.000000Z");
        source.checksums = {{"sha512-used", std::string(128, 'a')}};
        catalog.put(source);
    }

    Plan plan(const std::string &sections, const std::string &system = "debian") {
        return plan::make_plan(recipes.check(k_start + sections), catalog, {}, [&](const Disk &) {
            auto guest = std::make_unique<MemoryGuest>();
            guest->mutable_facts().distro = system;
            return guest;
        });
    }
};

} // namespace

TEST_CASE("systems: entries without any are for all, in the order written") {
    CHECK(steps_of("commands:\n"
                   "  - {run: a}\n"
                   "  - {run: b, when: {os: [rocky]}}\n"
                   "  - {run: c}\n"
                   "  - {run: d, when: {os: [debian, ubuntu]}}\n") ==
          std::vector<std::string>{"run: a", "run: b [only on rocky]", "run: c",
                                   "run: d [only on debian, ubuntu]"});
}

TEST_CASE("systems: what entries of one section make together, they make for each system") {
    CHECK(steps_of("packages:\n"
                   "  - {install: [agent]}\n"
                   "  - {install: [chrony], when: {os: [rocky]}}\n"
                   "system: {hostname: x, when: {os: [debian]}}\n") ==
          std::vector<std::string>{"install agent", "install chrony [only on rocky]",
                                   "set the host name to x [only on debian]"});
    CHECK(steps_of("files:\n"
                   "  - {remove: '/etc/n/*.yaml'}\n"
                   "  - {to: /etc/n/own.yaml, content: x, when: {os: [debian]}}\n")
              .size() == 3); // the removal leaves what is owned, and there it owns nothing
}

TEST_CASE("systems: two entries for one path are a mistake only where both are done") {
    CHECK(steps_of("files:\n"
                   "  - {to: /etc/motd, content: a, when: {os: [debian]}}\n"
                   "  - {to: /etc/motd, content: b, when: {os: [rocky, sles]}}\n") ==
          std::vector<std::string>{"write /etc/motd [only on debian]",
                                   "write /etc/motd [only on rocky, sles]"});
    CHECK(mistakes("files:\n"
                   "  - {to: /etc/motd, content: a}\n"
                   "  - {to: /etc/motd, content: b, when: {os: [rocky]}}\n") ==
          std::vector<std::string>{"6:10 another entry owns /etc/motd already"});
    CHECK(mistakes("files:\n"
                   "  - {to: /etc/motd, content: a, when: {os: [debian, rocky]}}\n"
                   "  - {to: /etc/motd, content: b, when: {os: [rocky]}}\n") ==
          std::vector<std::string>{"6:10 another entry owns /etc/motd already"});
}

TEST_CASE("systems: an entry that says nothing else is a mistake") {
    CHECK(mistakes("services: [{when: {os: [debian]}}]\n") ==
          std::vector<std::string>{"4:12 the entry has nothing but 'when'"});
}

TEST_CASE("systems: on another system a step is passed over, and the plan says why", "[plan]") {
    World world;
    const std::string sections = "files: [{to: /etc/motd, content: x, when: {os: [rocky]}}]\n";
    const PlannedStep skipped = world.plan(sections).targets.at(0).steps.at(0);
    CHECK(skipped.change.state == StepState::skipped);
    CHECK(skipped.change.reason == "only on rocky; this is debian");
    CHECK(skipped.step.remarks == std::vector<std::string>{"only on rocky"});
    CHECK(world.plan(sections, "rocky").targets.at(0).steps.at(0).change.state ==
          StepState::change);
}

TEST_CASE("systems: they are part of what an image is known by", "[plan]") {
    World world;
    const auto fingerprint = [&](const std::string &when) {
        return world.plan(fmt::format("files: [{{to: /a, content: x{}}}]\n", when))
            .targets.at(0)
            .fingerprint;
    };
    CHECK(fingerprint("") != fingerprint(", when: {os: [rocky]}"));
    CHECK(fingerprint(", when: {os: [debian]}") != fingerprint(", when: {os: [rocky]}"));
    CHECK(fingerprint(", when: {os: [rocky, debian]}") ==
          fingerprint(", when: {os: [debian, rocky]}"));
}

TEST_CASE("systems: a saved plan with them is read back, and an edited one is refused", "[plan]") {
    World world;
    Plan plan = world.plan("files:\n"
                           "  - {remove: '/etc/n/*.yaml'}\n"
                           "  - {to: /etc/n/own.yaml, content: x, when: {os: [debian]}}\n"
                           "  - {to: /a, content: x, when: {os: [rocky, sles]}}\n"
                           "  - {to: /a, content: z, when: {os: [debian]}}\n"
                           "commands: ['true', {run: 'false', when: {os: [sles]}}]\n");
    plan.made_at = "2026-01-31T12:00:00.000000Z";
    const Plan read = plan::read_plan(to_json(plan).dump());
    CHECK(to_json(read).dump() == to_json(plan).dump());
    CHECK(read.targets.at(0).steps == plan.targets.at(0).steps);
    const auto refusal = [&](const auto &change) {
        Plan edited = plan;
        change(edited.targets.at(0));
        try {
            static_cast<void>(plan::read_plan(to_json(edited).dump()));
        } catch (const Error &error) {
            return std::string(error.what());
        }
        return std::string("accepted");
    };
    const auto last = [](Target &target) -> Step & { return target.steps.back().step; };
    CHECK(refusal([&](Target &target) {
              last(target).systems = {};
          }).starts_with("the plan is not acceptable: targets[0].fingerprint: expected"));
    CHECK(refusal([&](Target &target) { last(target).systems.names = {"SLES"}; }) ==
          "the plan is not acceptable: targets[0].steps[6].systems: expected names of systems");
    CHECK(refusal([&](Target &target) {
              last(target).systems = {{}, false};
          }) == "the plan is not acceptable: targets[0].steps: expected 6 steps");
}
