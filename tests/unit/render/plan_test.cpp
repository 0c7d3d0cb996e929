#include "render/disk_words.hpp"
#include "render/markdown/plan_markdown.hpp"
#include "render/plan_summary.hpp"
#include "render/text/plan_text.hpp"
#include "unit/render/golden.hpp"
#include "unit/render/printable.hpp"
#include "unit/render/samples.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

TEST_CASE("plan text: a new image, every kind of line") {
    const std::string text = render::plan_text(plan_to_create(), false);
    CHECK(text == golden("plan_create.txt", text));
}

TEST_CASE("plan text: an update in place shows no steps") {
    const std::string text = render::plan_text(plan_to_update(), false);
    CHECK(text == golden("plan_update.txt", text));
}

TEST_CASE("plan text: no changes") {
    const std::string text = render::plan_text(plan_without_changes(), false);
    CHECK(text == golden("plan_none.txt", text));
}

TEST_CASE("plan: what becomes of a disk is one line") {
    constexpr std::int64_t gib = std::int64_t{1} << 30;
    DiskGrowth growth;
    growth.wish = {20 * gib, DiskGrow::root};
    CHECK(render::disk_words(growth) == "of 20.0 GiB, what on it grows is known when applied");
    growth.before_bytes = 2 * gib;
    growth.after_bytes = 20 * gib;
    CHECK(render::disk_words(growth) ==
          "2.0 GiB -> 20.0 GiB, what on it grows is known when applied");
    growth.state = StepState::change;
    growth.partition = 1;
    growth.filesystem = "ext4";
    growth.grows = {GrownPart::partition, GrownPart::filesystem};
    CHECK(render::disk_words(growth) ==
          "2.0 GiB -> 20.0 GiB, partition 1 (last) and its ext4 grow");
    Plan plan = plan_to_create();
    plan.targets[0].disk = growth;
    CHECK_THAT(render::plan_text(plan, false),
               Catch::Contains("\n    disk     2.0 GiB -> 20.0 GiB, partition 1 (last) and its "
                               "ext4 grow\n"));
    CHECK_THAT(render::plan_markdown(plan),
               Catch::Contains("Disk: 2.0 GiB -&#62; 20.0 GiB, partition 1 (last) and its ext4 "));
    growth.logical_volume = "/dev/vg/root\x1b";
    growth.grows = {GrownPart::partition, GrownPart::physical_volume, GrownPart::logical_volume,
                    GrownPart::filesystem};
    CHECK(render::disk_words(growth) ==
          "2.0 GiB -> 20.0 GiB, partition 1 (last), its physical volume, /dev/vg/root\\x1b and "
          "its ext4 grow");
    growth.grows = {GrownPart::filesystem};
    growth.before_bytes = growth.after_bytes;
    CHECK(render::disk_words(growth) == "stays at 20.0 GiB, the ext4 grows");
    growth.grows.clear();
    CHECK(render::disk_words(growth) == "stays at 20.0 GiB, nothing on it is to grow");
    growth.wish.grow = DiskGrow::none;
    CHECK(render::disk_words(growth) == "stays at 20.0 GiB, its partitions stay as they are");
}

TEST_CASE("plan text: what somebody took back is held") {
    Plan plan = plan_without_changes();
    plan.targets[0].action = Action::held;
    plan.targets[0].reason = "image b is as the recipe says, but was hidden";
    const std::string text = render::plan_text(plan, false);
    CHECK(text == golden("plan_held.txt", text));
    plan.targets.push_back(plan_to_update().targets[0]);
    CHECK(render::plan_summary(plan) ==
          "Plan: 0 images to create, 1 to update in place, 1 held back.");
}

TEST_CASE("plan text: colour adds escape sequences and nothing else") {
    const std::string coloured = render::plan_text(plan_to_create(), true);
    CHECK(coloured.find("\x1b[32m+new words") != std::string::npos);
    CHECK(without_colour(coloured) == render::plan_text(plan_to_create(), false));
}

TEST_CASE("plan text: nothing from outside reaches the terminal raw") {
    const std::string text = render::plan_text(hostile_plan(), false);
    CHECK(is_printable(text));
    CHECK(text == golden("plan_hostile.txt", text));
}

TEST_CASE("plan text: a very long diff is cut and says so") {
    Plan plan = plan_to_create();
    std::string diff;
    for (std::size_t i = 0; i < render::k_diff_lines_shown + 7; ++i)
        diff += "+line\n";
    plan.targets.front().steps.front().change.diff = diff;
    const std::string text = render::plan_text(plan, false);
    CHECK(text.find("          ... 7 lines more (all of it: --format json)\n") !=
          std::string::npos);
    CHECK(render::plan_markdown(plan).find("... 7 lines more\n") != std::string::npos);
}

TEST_CASE("plan: a very long line of a diff is cut, one of a script is not") {
    Plan plan = plan_to_create();
    std::vector<PlannedStep> &steps = plan.targets.front().steps;
    steps[0].change.diff = "+\ta" + std::string(65536, 'd') + "b\n";
    steps[4].step.script = "x\n" + std::string(9000, 's');
    for (const std::string &text : {render::plan_text(plan, false), render::plan_markdown(plan)}) {
        CHECK(text.find("+\tad") != std::string::npos);
        CHECK(text.find(" KiB left out] dddd") != std::string::npos);
        CHECK(text.find("db\n") != std::string::npos);
        CHECK(text.find(std::string(9000, 's')) != std::string::npos);
    }
}

TEST_CASE("plan markdown: summary table first, details to open") {
    const std::string text = render::plan_markdown(plan_to_create());
    CHECK(text == golden("plan_create.md", text));
}

TEST_CASE("plan markdown: no changes is one line behind its marker") {
    CHECK(render::plan_markdown(plan_without_changes()) ==
          "<!-- retouch:plan:web-image -->\n"
          "No changes. \"Debian 12\" (b1946ac9-2492-4d23-a8c0-8b1f6b0f7a77) already is "
          "what recipes/web.yaml describes.\n");
}

TEST_CASE("plan markdown: nothing from outside can end a fence, a cell or a tag") {
    const std::string text = render::plan_markdown(hostile_plan());
    CHECK(is_printable(text));
    CHECK(text == golden("plan_hostile.md", text));
}

TEST_CASE("plan summary: counts what apply would do") {
    CHECK(render::plan_summary(plan_to_create()) ==
          "Plan: 1 image to create, 0 to update in place; 2 steps change, 1 unchanged, 2 will run "
          "with unknown effect, 1 skipped.");
    CHECK(render::plan_summary(plan_to_update()) ==
          "Plan: 0 images to create, 1 to update in place.");

    Plan two = plan_to_create();
    two.targets.front().steps.resize(1);
    two.targets.push_back(plan_without_changes().targets.front());
    CHECK(render::plan_summary(two) ==
          "Plan: 1 image to create, 0 to update in place, 1 as wanted; 1 step changes, 0 "
          "unchanged, 0 will run with unknown effect, 0 skipped.");

    Plan nothing = plan_without_changes();
    nothing.targets.push_back(nothing.targets.front());
    CHECK(render::plan_summary(nothing) ==
          "No changes. Everything already is as recipes/web.yaml describes.");
}
