// A report as text. Steps are aligned like in the plan, so that the two can be laid side by side.
// Output of commands is shown from its end: little when all went well, more when it did not.
// The JSON form holds everything that is shortened here.

#include "render/text/report_text.hpp"

#include "base/text.hpp"
#include "model/names.hpp"
#include "render/disk_words.hpp"
#include "render/message.hpp"
#include "render/output_lines.hpp"
#include "render/report_summary.hpp"
#include "render/style.hpp"
#include "render/text/columns.hpp"
#include "render/wording.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::render {

namespace {

constexpr std::size_t k_outcome_width = 11;
constexpr std::size_t k_time_width = 8;

std::string styled(StepOutcome outcome, const Style &style) {
    const std::string_view word = outcome_word(outcome);
    switch (outcome) {
    case StepOutcome::changed:
    case StepOutcome::ran:
        return style.yellow(word);
    case StepOutcome::passed:
        return style.green(word);
    case StepOutcome::failed:
        return style.red(word);
    case StepOutcome::unchanged:
    case StepOutcome::skipped:
    case StepOutcome::not_reached:
        return style.dim(word);
    }
    return std::string(word);
}

std::string styled(TargetOutcome outcome, const Style &style) {
    const std::string_view word = model::to_string(outcome);
    switch (outcome) {
    case TargetOutcome::published:
    case TargetOutcome::updated:
        return style.green(word);
    case TargetOutcome::failed:
        return style.red(word);
    case TargetOutcome::not_started:
    case TargetOutcome::unchanged:
        return style.dim(word);
    }
    return std::string(word);
}

std::string output_text(std::string_view stream, const OutputTail &output, bool failed,
                        const Style &style) {
    std::string text;
    for (const std::string &line :
         output_lines(output, failed ? k_output_lines_failed : k_output_lines_ok))
        text += fmt::format("          {} {}\n", style.dim(fmt::format("{} |", stream)), line);
    return text;
}

/// What was done, and in brackets what there is to say of it unless it is a failure's reason.
std::string summary_of(const StepReport &step) {
    std::string text = base::escape(step.summary);
    if (!step.result.message.empty() && step.result.outcome != StepOutcome::failed)
        text += fmt::format(" ({})", base::escape(step.result.message));
    return text;
}

std::string step_text(const StepReport &step, std::size_t width, const Style &style) {
    const StepResult &result = step.result;
    const bool failed = result.outcome == StepOutcome::failed;
    const bool reached = result.outcome != StepOutcome::not_reached;
    const std::string summary = summary_of(step);
    const std::string time = reached ? base::format_seconds(result.seconds) : "";
    std::string text = fmt::format("    {}{}{}{} {}{}  {}\n", styled(result.outcome, style),
                                   padding(outcome_word(result.outcome), k_outcome_width + 1),
                                   summary, padding(summary, width), padding(time, k_time_width),
                                   time, style.dim(origin_text(step.origin)));
    if (failed && !result.message.empty())
        text +=
            fmt::format("        {}{}\n", style.red("error: "), message_text(result.message, 8));
    return text + output_text("out", result.out, failed, style) +
           output_text("err", result.err, failed, style);
}

std::string phases_text(const TargetReport &target) {
    std::string text;
    for (const auto &[kind, seconds] : target.phases)
        base::add_part(text,
                       fmt::format("{} {}", model::to_string(kind), base::format_seconds(seconds)));
    return text.empty() ? text : fmt::format("    time: {}\n", text);
}

std::string notes_text(const TargetReport &target) {
    std::string text;
    for (const std::string &note : target.notes)
        text += fmt::format("    note: {}\n", message_text(note, 6));
    return text;
}

std::string error_text(const TargetReport &target, const Style &style) {
    if (target.outcome != TargetOutcome::failed)
        return {};
    std::string text =
        fmt::format("    {} {}\n", style.red("error:"), message_text(target.error, 4));
    if (!target.hint.empty())
        text += fmt::format("      {}\n", message_text(target.hint, 6, true));
    if (target.image_id.empty())
        text += target.notes.empty() ? "    Nothing was published; the catalog is as it was.\n"
                                     : "    Nothing was published.\n";
    return text;
}

std::string target_text(const TargetReport &target, const Style &style) {
    std::string text =
        fmt::format("{} {}", styled(target.outcome, style), style.bold(in_quotes(target.name)));
    if (!target.image_id.empty())
        text += fmt::format(" ({})", base::escape(target.image_id));
    if (target.bytes_written > 0)
        text += fmt::format(", {} written", base::format_bytes(target.bytes_written));
    text += "\n";
    if (target.disk)
        text += fmt::format("    disk: {}\n", disk_words(*target.disk));
    std::size_t width = 0;
    for (const StepReport &step : target.steps)
        width = std::max(width, std::min(base::code_points(summary_of(step)), k_widest_summary));
    for (const StepReport &step : target.steps)
        text += step_text(step, width, style);
    return text + phases_text(target) + notes_text(target) + error_text(target, style);
}

} // namespace

std::string report_text(const Report &report, bool colour) {
    const Style style(colour);
    std::string text;
    const PlannedRecipe *recipe = nullptr;
    for (const TargetReport &target : report.targets) {
        if (recipe == nullptr || *recipe != target.recipe)
            text += fmt::format("{}Recipe: {} ({}), catalog {}, run {}\n", text.empty() ? "" : "\n",
                                style.bold(base::escape(target.recipe.path)),
                                base::escape(target.recipe.name), base::escape(report.catalog),
                                base::escape(report.run));
        recipe = &target.recipe;
        text += "\n" + target_text(target, style);
    }
    return text + "\n" + style.bold(report_summary(report)) + "\n";
}

} // namespace retouch::render
