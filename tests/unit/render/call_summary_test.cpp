#include "render/call_summary.hpp"
#include "render/report_summary.hpp"
#include "unit/render/printable.hpp"
#include "unit/render/rehearsals.hpp"
#include "unit/render/samples.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

render::PlanCounts counts_of(const std::vector<Plan> &plans) {
    render::PlanCounts counts;
    for (const Plan &plan : plans)
        counts += render::count_plan(plan);
    return counts;
}

} // namespace

TEST_CASE("call summary of plans: totals of all recipes, and who failed is named") {
    const render::PlanCounts two = counts_of({plan_to_update(), plan_without_changes()});
    CHECK(render::plans_summary(two, 2, {}) ==
          "Plan: 0 images to create, 1 to update in place, 1 as wanted (2 recipes).");
    CHECK(render::plans_summary(counts_of({plan_without_changes(), plan_without_changes()}), 2,
                                {}) == "No changes. 2 recipes are fulfilled already.");
    CHECK(render::plans_summary(two, 4, {{"a.yaml", "no plan"}, {"b.yaml", "limits broken"}}) ==
          "Failed: 2 of 4 recipes: a.yaml (no plan), b.yaml (limits broken). Plan: 0 images to "
          "create, 1 to update in place, 1 as wanted (2 recipes).");
    CHECK(render::plans_summary({}, 2, {{"a.yaml", "no plan"}, {"b.yaml", "no plan"}}) ==
          "Failed: 2 of 2 recipes: a.yaml (no plan), b.yaml (no plan).");
    Plan held = plan_without_changes();
    held.targets.front().action = Action::held;
    CHECK(render::plans_summary(counts_of({held, plan_without_changes()}), 2, {}) ==
          "No changes. 2 recipes are fulfilled already. 1 image held back: what was to be there "
          "was rolled back by hand.");
}

TEST_CASE("call summary of plans: what was rehearsed in vain is not counted as to be made") {
    CHECK(render::count_plan(failed_plan()).create == 0);
    CHECK(render::count_plan(failed_plan()).failed == 1);
    CHECK(render::count_plan(violating_plan()).create == 0);
    CHECK(render::plan_fault(violating_plan()) == "the rehearsal of \"Debian 12\": limits broken");
    CHECK(render::plan_fault(upgrade_plan()).empty());
}

TEST_CASE("call summary of reports: totals of all recipes, and who failed is named") {
    render::ReportCounts counts;
    counts.add(good_report());
    CHECK(render::reports_summary(counts, 1, {}, 0) ==
          "Done: 1 image published of 1 recipe, in 1 m 26 s.");
    counts.add(failed_report());
    CHECK(render::reports_summary(counts, 3, {{"bad.yaml", ""}, {"lost.yaml", ""}}, 0) ==
          "Failed: 2 of 3 recipes: bad.yaml, lost.yaml. 1 image published, 1 image failed of 3 "
          "recipes, in 2 m 52 s.");
    CHECK(render::reports_summary(counts, 9, {{"bad.yaml", ""}}, 7) ==
          "Failed: 1 of 9 recipes: bad.yaml. 1 image published, 1 image failed of 9 recipes, in "
          "2 m 52 s. 7 recipes not begun.");
    CHECK(render::reports_summary({.unchanged = 2}, 2, {}, 0) ==
          "No changes: 2 images unchanged of 2 recipes, in 0.0 s.");
}

TEST_CASE("report summary: what is published and not finished is not called done") {
    Report report = good_report();
    report.targets.front().exit_code = 75;
    CHECK(render::report_summary(report) ==
          "Unfinished: 1 image published, in 1 m 26 s; what is left the next run does.");
}

TEST_CASE("call summary of drift: totals of all recipes, and who drifted or failed is named") {
    DriftReport report;
    report.recipe.path = "a.yaml";
    render::DriftCounts counts;
    counts.add(report);
    CHECK(render::drifts_summary(counts, 1, {}) == "Nothing to compare in 1 recipe.");
    report.image = ImageReference{};
    counts.add(report);
    CHECK(render::drifts_summary(counts, 2, {}) ==
          "No drift in 1 recipe. 1 recipe with nothing to compare.");
    report.drift = {{DeviationKind::property, "x", "a", "b", true, "y"},
                    {DeviationKind::property, "z", "a", "b", false, "y"}};
    report.pending = {"a new source"};
    counts.add(report);
    CHECK(render::drifts_summary(counts, 3, {}) ==
          "Drifted: 1 of 3 recipes: a.yaml; 2 differences, apply fixes 1 of them. 1 pending.");
    CHECK(render::drifts_summary(counts, 4, {{"c.yaml", ""}}) ==
          "Failed: 1 of 4 recipes: c.yaml. Drifted: 1 of 3 recipes: a.yaml; 2 differences, "
          "apply fixes 1 of them. 1 pending.");
    CHECK(render::drifts_summary({}, 1, {{"c.yaml", ""}}) == "Failed: 1 of 1 recipe: c.yaml.");
}

TEST_CASE("call summary: nothing from outside reaches the terminal raw") {
    CHECK(is_printable(render::failures_words({{"a\x1b[2J\xff.yaml", "b\x1b[2J\n"}}, 1, "recipe")));
}
