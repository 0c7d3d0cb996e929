#include "retouch/report.hpp"
#include "unit/model/golden.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

Report sample_report() {
    StepReport written;
    written.id = "files[0]";
    written.kind = "files";
    written.origin = {"motd.yaml", 7};
    written.summary = "write /etc/motd";
    written.result.outcome = StepOutcome::changed;
    written.result.seconds = 0.0123456;

    StepReport failed;
    failed.id = "commands[0]";
    failed.kind = "commands";
    failed.origin = {"motd.yaml", 9};
    failed.summary = "run yum update";
    failed.result.outcome = StepOutcome::failed;
    failed.result.message = "exit status 1";
    failed.result.exit_status = 1;
    failed.result.out = {"caf\xE9 \x1b[31m\n", 70000};
    failed.result.err = {"no network\n", 11};
    failed.result.seconds = 2;

    StepReport never;
    never.id = "checks[0]";
    never.kind = "checks";
    never.origin = {"motd.yaml", 12};
    never.summary = "check /etc/motd";

    TargetReport target;
    target.recipe = {"motd.yaml", "/recipes", "beef", "motd"};
    target.name = "Debian 12";
    target.outcome = TargetOutcome::failed;
    target.steps = {written, failed, never};
    target.phases = {{PhaseKind::stage, 0.25}, {PhaseKind::steps, 2.5}};
    target.bytes_written = 4096;
    target.error = "commands[0] failed";
    target.hint = "see its output";
    target.exit_code = 1;

    TargetReport published;
    published.recipe = {"motd.yaml", "/recipes", "beef", "motd"};
    published.name = "Debian 12 minimal";
    published.outcome = TargetOutcome::published;
    published.image_id = "22222222-2222-4222-8222-222222222222";

    Report report;
    report.run = "33333333-3333-4333-8333-333333333333";
    report.catalog = "local";
    report.targets = {target, published};
    report.seconds = 3.14159;
    return report;
}

} // namespace

TEST_CASE("report document: complete, in reading order, guest output made valid UTF-8") {
    const std::string text = to_json(sample_report()).dump(2) + "\n";
    CHECK(text == golden("report.json", text));
}

TEST_CASE("report document: an empty report is a document too") {
    CHECK(to_json(Report{}).dump() ==
          R"({"format_version":"2.0","run":"","catalog":"","seconds":0.0,"targets":[]})");
}
