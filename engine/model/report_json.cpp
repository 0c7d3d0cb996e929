// Report to JSON: the documented form of what an apply did.
// Output of guests is untrusted bytes: what is no UTF-8 becomes U+FFFD, nothing else is changed.
// Seconds are rounded to milliseconds; more digits would only be noise.

#include "base/text.hpp"
#include "model/names.hpp"
#include "retouch/report.hpp"

#include <cmath>

namespace retouch {

namespace {

double rounded(double seconds) {
    return std::round(seconds * 1000) / 1000;
}

Json output_json(const OutputTail &output) {
    return {{"text", to_valid_utf8(output.text)}, {"total", output.total}};
}

Json step_json(const StepReport &step) {
    const StepResult &result = step.result;
    Json object;
    object["id"] = step.id;
    object["kind"] = step.kind;
    object["origin"] = {{"file", to_valid_utf8(step.origin.file)}, {"line", step.origin.line}};
    object["summary"] = to_valid_utf8(step.summary);
    object["outcome"] = to_string(result.outcome);
    object["message"] = to_valid_utf8(result.message);
    object["exit_status"] = result.exit_status ? Json(*result.exit_status) : Json();
    object["seconds"] = rounded(result.seconds);
    object["out"] = output_json(result.out);
    object["err"] = output_json(result.err);
    object["effect"] = step.effect ? to_json(*step.effect) : Json();
    return object;
}

Json target_json(const TargetReport &target) {
    Json phases = Json::array();
    for (const auto &[kind, seconds] : target.phases)
        phases.push_back({{"name", to_string(kind)}, {"seconds", rounded(seconds)}});
    Json steps = Json::array();
    for (const StepReport &step : target.steps)
        steps.push_back(step_json(step));
    Json object;
    object["name"] = to_valid_utf8(target.name);
    object["outcome"] = to_string(target.outcome);
    object["image_id"] = target.image_id;
    Json notes = Json::array();
    for (const std::string &note : target.notes)
        notes.push_back(to_valid_utf8(note));
    object["notes"] = std::move(notes);
    object["error"] = to_valid_utf8(target.error);
    object["hint"] = to_valid_utf8(target.hint);
    object["exit_code"] = target.exit_code;
    object["bytes_written"] = target.bytes_written;
    object["phases"] = std::move(phases);
    object["steps"] = std::move(steps);
    return object;
}

} // namespace

Json to_json(const Report &report) {
    Json targets = Json::array();
    for (const TargetReport &target : report.targets)
        targets.push_back(target_json(target));
    Json document;
    document["format_version"] = k_report_format_version;
    document["run"] = report.run;
    document["recipe"] = {{"path", to_valid_utf8(report.recipe.path)},
                          {"directory", to_valid_utf8(report.recipe.directory)},
                          {"sha256", report.recipe.sha256},
                          {"name", to_valid_utf8(report.recipe.name)}};
    document["catalog"] = to_valid_utf8(report.catalog);
    document["seconds"] = rounded(report.seconds);
    document["targets"] = std::move(targets);
    return document;
}

} // namespace retouch
