#include "render/markdown/plan_markdown.hpp"
#include "render/plan_summary.hpp"
#include "render/text/plan_text.hpp"
#include "unit/render/golden.hpp"
#include "unit/render/printable.hpp"
#include "unit/render/rehearsals.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace retouch;

namespace {

void check_views(const Plan &plan, const std::string &name) {
    const std::string text = render::plan_text(plan, false);
    CHECK(text == golden("rehearsal_" + name + ".txt", text));
    CHECK(is_printable(text));
    const std::string markdown = render::plan_markdown(plan);
    CHECK(markdown == golden("rehearsal_" + name + ".md", markdown));
    CHECK(is_printable(markdown));
}

} // namespace

TEST_CASE("rehearsal: packages with 2,000 files read in one screen") {
    check_views(upgrade_plan(), "upgrade");
    const std::string text = render::plan_text(upgrade_plan(), false);
    CHECK(std::ranges::count(text, '\n') < 50);
}

TEST_CASE("rehearsal: every kind of change has words of its own") {
    check_views(kinds_plan(), "kinds");
}

TEST_CASE("rehearsal: a step that failed shows its output, the rest was not reached") {
    check_views(failed_plan(), "failed");
}

TEST_CASE("rehearsal: broken limits are named with step and path, many of them folded") {
    check_views(violating_plan(), "limits");
}

TEST_CASE("rehearsal: a step that changes the image again is named with what would fix it") {
    check_views(repeating_plan(), "repeat");
}

TEST_CASE("rehearsal: one thing that breaks a limit is told in one sentence") {
    Plan plan = violating_plan();
    plan.targets.front().rehearsal->violations.resize(1);
    CHECK(render::plan_text(plan, false)
              .find("! limit broken: recipes/web.yaml:20: run: ./install changed "
                    "/opt/00, which may_change does not allow\n") != std::string::npos);
}

TEST_CASE("rehearsal: when a second run changes nothing, the verdict says so") {
    Plan plan = repeating_plan();
    for (PlannedStep &step : plan.targets.front().steps)
        step.rehearsed->again = Effect{};
    CHECK(render::plan_text(plan, false).find("Rehearsal: passed, idempotent\n") !=
          std::string::npos);
}

TEST_CASE("rehearsal: nothing a guest says reaches the terminal raw or becomes markup") {
    check_views(hostile_rehearsal(), "hostile");
}

TEST_CASE("rehearsal: an error of several lines is told on one") {
    Plan plan = failed_plan();
    plan.targets.front().rehearsal->error = "the steps went\n  too far\n";
    CHECK(render::plan_text(plan, false).find("! failed: the steps went too far\n") !=
          std::string::npos);
}

TEST_CASE("rehearsal: marks and counts say what was seen, not what was foreseen") {
    CHECK(render::plan_summary(upgrade_plan()) ==
          "Plan: 1 image to create, 0 to update in place; 1 step changes, 1 unchanged, 0 will run "
          "with unknown effect, 1 skipped. Rehearsal passed.");
    CHECK(render::plan_summary(failed_plan()) == "Failed: the rehearsal of \"Debian 12\" failed.");
}

TEST_CASE("rehearsal: a stage that is kept is told of with place, time and how to drop it") {
    Plan plan = kinds_plan();
    KeptStage kept;
    kept.location = "rbd:images/retouch-stage-33333333-3333-4333-8333-333333333333\x1b[31m";
    kept.until = "2026-02-07T12:00:01.000000Z";
    plan.targets.front().rehearsal->kept = kept;
    check_views(plan, "kept");
    const std::string text = render::plan_text(plan, false);
    CHECK(text.find("; kept until 2026-02-07T12:00:01Z as rbd:images/retouch-stage-33333333-3333-"
                    "4333-8333-333333333333\\x1b[31m\n      apply publishes these very bytes and "
                    "runs no step again; retouch discard drops them before their time\n") !=
          std::string::npos);
}

TEST_CASE("rehearsal: colour adds escape sequences and nothing else") {
    for (const Plan &plan : {upgrade_plan(), kinds_plan(), failed_plan(), violating_plan()})
        CHECK(without_colour(render::plan_text(plan, true)) == render::plan_text(plan, false));
}

TEST_CASE("rehearsal: a diff that was foreseen is shown only where none was seen") {
    Plan plan = kinds_plan();
    CHECK(render::plan_text(plan, false).find("+foreseen") != std::string::npos);
    plan.targets.front().steps[1].rehearsed = plan.targets.front().steps[0].rehearsed;
    CHECK(render::plan_text(plan, false).find("+foreseen") == std::string::npos);
    CHECK(render::plan_markdown(plan).find("+foreseen") == std::string::npos);
}
