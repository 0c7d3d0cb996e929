// Images of a plan that get the same are shown once.

#include "render/target_groups.hpp"

#include "render/text/plan_text.hpp"
#include "unit/render/golden.hpp"
#include "unit/render/samples.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

Plan plan_of(const std::vector<std::string> &names) {
    Plan plan = plan_to_create();
    const Target sample = plan.targets.front();
    plan.targets.clear();
    for (const std::string &name : names) {
        Target target = sample;
        target.publish.name = target.source.name = name;
        target.source.id = "id of " + name;
        plan.targets.push_back(target);
    }
    return plan;
}

std::vector<std::string> groups_of(const Plan &plan) {
    std::vector<std::string> names;
    for (const render::TargetGroup &group : render::target_groups(plan.targets))
        names.push_back(render::names_of(group));
    return names;
}

} // namespace

TEST_CASE("groups: names that count on are shown by their ends") {
    struct Case {
        std::vector<std::string> names;
        const char *shown;
    };

    const std::vector<Case> cases = {
        {{}, ""},
        {{"web"}, "web"},
        {{"web-1", "web-2"}, "web-1, web-2"},
        {{"web-1", "web-2", "web-3"}, "web-1..web-3 (3)"},
        {{"web-08", "web-09", "web-10", "web-12"}, "web-08..web-10 (3), web-12"},
        {{"web-9", "web-10", "web-11"}, "web-9..web-11 (3)"},
        {{"web-09", "web-010", "web-011"}, "web-09, web-010, web-011"},
        {{"a1", "b2", "c3"}, "a1, b2, c3"},
        {{"1", "2", "3"}, "1..3 (3)"},
        {{"x1234567890", "x1234567891", "x1234567892"}, "x1234567890, x1234567891, x1234567892"},
        {{"a\x1b-1", "a\x1b-2", "a\x1b-3"}, "a\\x1b-1..a\\x1b-3 (3)"},
    };
    for (const Case &one : cases)
        CHECK(render::name_ranges(one.names) == one.shown);
}

TEST_CASE("groups: what differs in the image it is made of is the same, anything else is not") {
    Plan plan = plan_of({"web-1", "web-2", "web-3", "db"});
    CHECK(groups_of(plan) == std::vector<std::string>{"web-1..web-3 (3), db"});
    plan.targets[1].steps.front().change.reason = "something else";
    CHECK(groups_of(plan) == std::vector<std::string>{"web-1, web-3, db", "web-2"});
    plan.targets[3].properties.set["x"] = "y";
    CHECK(groups_of(plan) == std::vector<std::string>{"web-1, web-3", "web-2", "db"});
    plan.targets[0].action = plan.targets[1].action = Action::none;
    CHECK(groups_of(plan) == std::vector<std::string>{"web-1, web-2", "web-3", "db"});
}

TEST_CASE("groups: the text view shows each once") {
    Plan plan = plan_of({"web-1", "web-2", "web-3", "db"});
    plan.targets[3].action = Action::none;
    const std::string text = render::plan_text(plan, false);
    CHECK(text == golden("plan_groups.txt", text));
}
