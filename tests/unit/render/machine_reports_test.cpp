// Reports for CI systems as whole texts; that readers of those formats take them is tried by
// tests/meta/reports_test.py.

#include "render/machine/report_gitlab.hpp"
#include "render/machine/report_junit.hpp"
#include "render/machine/report_sarif.hpp"
#include "render/machine/xml.hpp"

#include "unit/render/golden.hpp"
#include "unit/render/printable.hpp"
#include "unit/render/samples.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

std::vector<Diagnostic> two_diagnostics() {
    Diagnostic mistake;
    mistake.position = {"./recipes/a b.yaml", 8, 5};
    mistake.message = "unknown key 'mdoe' in an entry of 'files'";
    mistake.source_line = "    mdoe: \"0644\"";
    mistake.hint = "did you mean 'mode'?";
    mistake.related = {{{"/srv/other.yaml", 3, 1}, "first defined here", "mode: x"}};
    Diagnostic doubt;
    doubt.severity = Diagnostic::Severity::warning;
    doubt.position = {"good.yaml", 2, 0};
    doubt.message = "nothing uses it <&\x01\xff>";
    return {mistake, doubt};
}

} // namespace

TEST_CASE("xml: markup, control characters and what XML cannot hold are written otherwise") {
    const std::string text =
        "a<b>&\"'\n\tc\r\x01\x1b\xff\xef\xbf\xbe\xef\xbf\xbf\xc2\x85\xe2\x80\xae";
    CHECK(render::xml_text(text) ==
          "a&lt;b&gt;&amp;&quot;'\n\tc\\x0d\\x01\\x1b\\xff\\u{fffe}\\u{ffff}"
          "\\u{85}\\u{202e}");
    CHECK(render::xml_attribute("a\n\t<") == "a&#10;&#9;&lt;");
}

TEST_CASE("junit of a check: a case for each file, its mistakes in it") {
    CHECK(render::junit_xml({render::junit_of_check(
              two_diagnostics(), {"./recipes/a b.yaml", "good.yaml", "fine.yaml"})}) ==
          R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="retouch" tests="3" failures="1" errors="0">
  <testsuite name="retouch check" tests="3" failures="1" errors="0" skipped="0" time="0.000">
    <testcase classname="retouch check" name="./recipes/a b.yaml" time="0.000" file="./recipes/a b.yaml" line="8">
      <failure message="unknown key 'mdoe' in an entry of 'files'">./recipes/a b.yaml:8:5: error: unknown key 'mdoe' in an entry of 'files'
        mdoe: &quot;0644&quot;
        ^
    note: /srv/other.yaml:3:1: first defined here
    help: did you mean 'mode'?
</failure>
    </testcase>
    <testcase classname="retouch check" name="good.yaml" time="0.000" file="good.yaml">
      <system-out>good.yaml:2: warning: nothing uses it &lt;&amp;\x01\xff&gt;
</system-out>
    </testcase>
    <testcase classname="retouch check" name="fine.yaml" time="0.000" file="fine.yaml"/>
  </testsuite>
</testsuites>
)");
}

TEST_CASE("junit of plans and reports: golden") {
    std::vector<render::JunitSuite> plans = render::junit_of_plan(plan_to_create());
    for (const Plan &plan : {plan_to_update(), plan_without_changes()})
        plans.push_back(render::junit_of_plan(plan).at(0));
    plans.push_back(render::junit_of_error(
        "recipes/lost.yaml",
        Error(ErrorKind::failed, "the catalog has no image 'x'", "did you mean 'y'?")));
    const std::string plan = render::junit_xml(plans);
    CHECK(plan == golden("plan.junit.xml", plan));
    std::vector<render::JunitSuite> reports = render::junit_of_report(good_report());
    reports.push_back(render::junit_of_report(failed_report()).at(0));
    const std::string report = render::junit_xml(reports);
    CHECK(report == golden("report.junit.xml", report));
}

TEST_CASE("junit of a rehearsed plan: steps as they went, and what was wrong with the whole") {
    Plan plan = plan_to_create();
    Target &target = plan.targets.front();
    target.steps.resize(2);
    RehearsedStep failed;
    failed.result.outcome = StepOutcome::failed;
    failed.result.message = "exit status 7";
    failed.result.seconds = 0.5;
    failed.result.err = {"no such package\n", 16};
    target.steps[0].rehearsed = failed;
    target.steps[1].rehearsed = RehearsedStep{};
    target.rehearsal =
        Rehearsal{"2026-01-31T12:00:00.000000Z", GuestKind::host, false, "a step failed", {}};
    const render::JunitSuite suite = render::junit_of_plan(plan).at(0);
    REQUIRE(suite.cases.size() == 4);
    using Result = render::JunitCase::Result;
    CHECK(suite.cases[0] == render::JunitCase{"write /etc/motd",
                                              Result::failed,
                                              "exit status 7",
                                              "err | no such package\n",
                                              "",
                                              {"recipes/web.yaml", 14},
                                              0.5});
    CHECK(suite.cases[1] == render::JunitCase{"write /usr/local/bin/hello",
                                              Result::skipped,
                                              "not reached",
                                              "",
                                              "",
                                              {"recipes/web.yaml", 18},
                                              0});
    CHECK(suite.cases[2].name == "rehearse Debian 12");
    CHECK(suite.cases[2].result == Result::skipped);
    CHECK(suite.cases[2].message == "a step failed, see there");
    CHECK(suite.cases[2].output.starts_with("Rehearsed on host at 2026-01-31"));
    CHECK(suite.cases[3].name == "publish Debian 12");
    CHECK(suite.cases[3].result == Result::skipped);
    CHECK(suite.cases[3].message == "the rehearsal did not pass");

    target.steps[0].rehearsed->result = {};
    target.steps[0].rehearsed->result.outcome = StepOutcome::changed;
    target.rehearsal = Rehearsal{"2026-01-31T12:00:00.000000Z", GuestKind::host, true, "", {}};
    CHECK(render::junit_of_plan(plan).at(0).cases[0].result == Result::passed);
    CHECK(render::junit_of_plan(plan).at(0).cases[2].result == Result::passed);
}

TEST_CASE("junit: hostile bytes stay text") {
    std::vector<render::JunitSuite> suites = render::junit_of_report(hostile_report());
    suites.push_back(render::junit_of_plan(hostile_plan()).at(0));
    const std::string text = render::junit_xml(suites);
    CHECK(is_printable(text));
    CHECK(text.find("<script") == std::string::npos);
    CHECK(text == golden("hostile.junit.xml", text));
}

TEST_CASE("sarif of a check: rules, results with their places, paths as URIs") {
    CHECK(render::sarif_of_check(two_diagnostics()) == Json::parse(R"({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "retouch", "version": "0.1.0", "rules": [
                {"id": "recipe-mistake",
                 "shortDescription": {"text": "The recipe is not valid."},
                 "defaultConfiguration": {"level": "error"}},
                {"id": "recipe-doubt",
                 "shortDescription": {"text": "The recipe is valid, but may not be meant so."},
                 "defaultConfiguration": {"level": "warning"}}]}},
            "columnKind": "unicodeCodePoints",
            "invocations": [{"executionSuccessful": true}],
            "results": [
                {"ruleId": "recipe-mistake", "ruleIndex": 0, "level": "error",
                 "message": {"text": "unknown key 'mdoe' in an entry of 'files'; did you mean 'mode'?"},
                 "locations": [{"physicalLocation": {
                    "artifactLocation": {"uri": "recipes/a%20b.yaml"},
                    "region": {"startLine": 8, "startColumn": 5,
                               "snippet": {"text": "    mdoe: \"0644\""}}}}],
                 "relatedLocations": [{"physicalLocation": {
                    "artifactLocation": {"uri": "file:///srv/other.yaml"},
                    "region": {"startLine": 3, "startColumn": 1, "snippet": {"text": "mode: x"}}},
                    "id": 0, "message": {"text": "first defined here"}}]},
                {"ruleId": "recipe-doubt", "ruleIndex": 1, "level": "warning",
                 "message": {"text": "nothing uses it <&\u0001\ufffd>"},
                 "locations": [{"physicalLocation": {
                    "artifactLocation": {"uri": "good.yaml"}, "region": {"startLine": 2}}}]}]
        }]})"));
    CHECK(render::sarif_of_check({}).at("runs").at(0).at("results") == Json::array());
}

TEST_CASE("gitlab: three numbers") {
    render::PlanCounts counts;
    counts.create = 2;
    counts.update = 1;
    CHECK(render::gitlab_terraform(counts).dump() == R"({"create":2,"update":1,"delete":0})");
    CHECK(render::gitlab_terraform({}).dump() == R"({"create":0,"update":0,"delete":0})");
}
