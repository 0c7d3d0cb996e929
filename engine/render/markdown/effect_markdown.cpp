// Effect markdown: tables, lists and fences for what effect_lines.hpp and rehearsal_words.hpp say.
// Lines of effects stand in fences and code spans, where nothing of them is interpreted.
// All quoted text passes through markdown.hpp.

#include "render/markdown/effect_markdown.hpp"

#include "base/text.hpp"
#include "render/effect_lines.hpp"
#include "render/markdown/markdown.hpp"
#include "render/output_lines.hpp"
#include "render/rehearsal_words.hpp"
#include "render/result_words.hpp"
#include "render/text/report_text.hpp"

#include <fmt/format.h>

namespace retouch::render {

namespace {

std::string joined(const std::vector<std::string> &lines) {
    return fmt::format("{}\n", fmt::join(lines, "\n"));
}

std::string line_of(const EffectLine &line) {
    return fmt::format("{} {}", line.mark, line.text);
}

std::string effect_fence(const Effect &effect, const Target &target) {
    std::vector<std::string> lines;
    for (const EffectLine &line : effect_lines(effect, target.volatile_paths))
        lines.push_back(line_of(line));
    return lines.empty() ? "" : markdown_fence("text", joined(lines));
}

std::string diff_fence(const Effect &effect, const Target &target) {
    const std::vector<std::string> lines = effect_diff_lines(effect, target.volatile_paths);
    return lines.empty() ? "" : "\n" + markdown_fence("diff", joined(lines));
}

std::string output_fence(std::string_view stream, const OutputTail &output) {
    const std::vector<std::string> lines = output_lines(output, k_output_lines_failed);
    return lines.empty()
               ? ""
               : fmt::format("{}:\n\n{}\n", stream, markdown_fence("text", joined(lines)));
}

std::string summary_row_count(std::size_t count) {
    return count == 0 ? "none" : std::to_string(count);
}

std::string summary_table(const Plan &plan) {
    std::vector<std::vector<std::string>> rows;
    for (const Target &target : plan.targets) {
        if (!target.rehearsal)
            continue;
        const Effect whole = whole_effect(target);
        rows.push_back({markdown_cell(target.publish.name), std::to_string(target.steps.size()),
                        summary_row_count(whole.packages.size()),
                        summary_row_count(whole.files.size()),
                        base::format_bytes(whole.bytes_written),
                        fmt::format("**{}**", verdict_words(model::verdict_of(target)))});
    }
    return markdown_table({"rehearsed", "steps", "packages", "files", "written", "verdict"}, rows);
}

} // namespace

std::string problems_markdown(const Target &target) {
    std::string text;
    for (const auto &[what, lines, advice] : rehearsal_problems(target)) {
        text += fmt::format("- {}\n", markdown_words(what));
        for (const EffectLine &line : lines)
            text += fmt::format("  - {}\n", markdown_code(line_of(line)));
        if (!advice.empty())
            text += fmt::format("  - fix: {}\n", markdown_code(advice));
    }
    return text;
}

std::string rehearsal_markdown(const Plan &plan) {
    std::string text = summary_table(plan);
    if (text.empty())
        return text;
    for (const Target &target : plan.targets) {
        if (!target.rehearsal)
            continue;
        text += fmt::format("\n{}\n", markdown_words(rehearsal_summary(target)));
        if (const std::string advice = kept_advice(target); !advice.empty())
            text += fmt::format("\n{}\n", markdown_words(advice));
        if (const std::string problems = problems_markdown(target); !problems.empty())
            text += "\n" + problems;
    }
    return "\n" + text;
}

std::string rehearsed_step_markdown(const PlannedStep &step, const Target &target, bool diffs) {
    if (!step.rehearsed)
        return {};
    const auto &[result, effect, again, advice] = *step.rehearsed;
    std::string body;
    if (result.outcome == StepOutcome::failed)
        body += output_fence("out", result.out) + output_fence("err", result.err);
    body += effect_fence(effect, target) + (diffs ? diff_fence(effect, target) : "");
    if (body.empty())
        return {};
    return "\n" + markdown_details(
                      fmt::format("{}: {}", markdown_words(base::clipped(step.step.summary, 200)),
                                  markdown_words(result_words(step))),
                      body);
}

} // namespace retouch::render
