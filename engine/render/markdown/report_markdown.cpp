// A report as markdown: summary table, then a block per image with its steps and their output.
// Only failed steps show their output: a comment is no log, and the JSON form has all of it.
// All quoted text passes through markdown.hpp; nothing else makes markup here.

#include "render/markdown/report_markdown.hpp"

#include "base/text.hpp"
#include "model/names.hpp"
#include "render/disk_words.hpp"
#include "render/markdown/markdown.hpp"
#include "render/output_lines.hpp"
#include "render/report_summary.hpp"
#include "render/text/report_text.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

namespace retouch::render {

namespace {

std::string summary_table(const Report &report) {
    std::vector<std::vector<std::string>> rows;
    for (const TargetReport &target : report.targets)
        rows.push_back({markdown_cell(target.name), std::string(model::to_string(target.outcome)),
                        markdown_cell(target.image_id),
                        target.bytes_written > 0 ? base::format_bytes(target.bytes_written) : ""});
    return markdown_table({"image", "outcome", "id", "written"}, rows);
}

std::string output_markdown(std::string_view stream, const OutputTail &output) {
    std::string text;
    for (const std::string &line : output_lines(output, k_output_lines_failed))
        text += line + "\n";
    return text.empty() ? text : fmt::format("\n{}\n\n{}", stream, markdown_fence("text", text));
}

std::string failure_markdown(const StepReport &step) {
    if (step.result.outcome != StepOutcome::failed)
        return {};
    return fmt::format("\n{} failed: {}\n", markdown_code(step.summary),
                       markdown_words(step.result.message)) +
           output_markdown("Standard output:", step.result.out) +
           output_markdown("Standard error:", step.result.err);
}

std::string steps_markdown(const TargetReport &target) {
    std::vector<std::vector<std::string>> rows;
    std::string failures;
    for (const StepReport &step : target.steps) {
        const bool reached = step.result.outcome != StepOutcome::not_reached;
        rows.push_back({std::string(outcome_word(step.result.outcome)), markdown_cell(step.summary),
                        reached ? base::format_seconds(step.result.seconds) : "",
                        step.result.exit_status ? std::to_string(*step.result.exit_status) : "",
                        markdown_cell(origin_text(step.origin))});
        failures += failure_markdown(step);
    }
    return markdown_table({"outcome", "step", "time", "exit", "origin"}, rows) + failures;
}

std::string disk_markdown(const TargetReport &target) {
    return target.disk ? fmt::format("Disk: {}\n\n", markdown_words(disk_words(*target.disk))) : "";
}

std::string phases_markdown(const TargetReport &target) {
    std::string text;
    for (const auto &[kind, seconds] : target.phases)
        base::add_part(text,
                       fmt::format("{} {}", model::to_string(kind), base::format_seconds(seconds)));
    return text.empty() ? text : fmt::format("\nTime: {}\n", text);
}

std::string notes_markdown(const TargetReport &target) {
    std::string text;
    for (const std::string &note : target.notes)
        text += fmt::format("\nNote: {}\n", markdown_words(note));
    return text;
}

std::string error_markdown(const TargetReport &target) {
    if (target.outcome != TargetOutcome::failed)
        return {};
    std::string text = "\n";
    for (const std::string &line : base::split_lines(target.error))
        text += fmt::format("> {}\n", markdown_words(base::trim(line)));
    for (const std::string &line : base::split_lines(target.hint))
        text += fmt::format("> {}\n", markdown_words(line));
    return text;
}

} // namespace

std::string report_markdown(const Report &report, bool marked) {
    const PlannedRecipe first =
        report.targets.empty() ? PlannedRecipe() : report.targets.front().recipe;
    std::string text = marked ? markdown_marker("report", first.name) : "";
    text += fmt::format("### Applied {} ({}), catalog {}\n\n", markdown_code(first.path),
                        markdown_words(first.name), markdown_words(report.catalog));
    text += summary_table(report);
    text += fmt::format("\n{}\n", markdown_words(report_summary(report)));
    for (const TargetReport &target : report.targets) {
        const std::string body = disk_markdown(target) + steps_markdown(target) +
                                 phases_markdown(target) + notes_markdown(target) +
                                 error_markdown(target);
        if (!body.empty())
            text += "\n" + markdown_details(fmt::format("{}: {}", markdown_words(target.name),
                                                        model::to_string(target.outcome)),
                                            body);
    }
    return text;
}

} // namespace retouch::render
