// Effect text: indentation, marks and colours for what effect_lines.hpp and rehearsal_words.hpp
// say. Output of commands is shown where it explains something: of a step that failed. It decides
// nothing about what is left out but that.

#include "render/text/effect_text.hpp"

#include "render/effect_lines.hpp"
#include "render/output_lines.hpp"
#include "render/rehearsal_words.hpp"
#include "render/result_words.hpp"
#include "render/text/report_text.hpp"

#include <fmt/format.h>

namespace retouch::render {

namespace {

constexpr const char *k_lead = "          ";

std::string mark(char sign, const Style &style) {
    std::string text(1, sign);
    switch (sign) {
    case '+':
        return style.green(text);
    case '-':
    case '!':
        return style.red(text);
    case '~':
        return style.yellow(text);
    default:
        return text;
    }
}

std::string lines_text(const std::vector<EffectLine> &lines, const Style &style) {
    std::string text;
    for (const EffectLine &line : lines)
        text += fmt::format("{}{} {}\n", k_lead, mark(line.mark, style),
                            line.mark == '!' ? style.bold(line.text) : line.text);
    return text;
}

std::string output_text(std::string_view stream, const OutputTail &output, const Style &style) {
    std::string text;
    for (const std::string &line : output_lines(output, k_output_lines_failed))
        text += fmt::format("{}{} {}\n", k_lead, style.dim(fmt::format("{} |", stream)), line);
    return text;
}

std::string result_text(const PlannedStep &step, const Style &style) {
    std::string words = result_words(step);
    switch (step.rehearsed->result.outcome) {
    case StepOutcome::failed:
        return style.red(words);
    case StepOutcome::passed:
        return style.green(words);
    case StepOutcome::changed:
    case StepOutcome::ran:
        return style.bold(words);
    case StepOutcome::unchanged:
    case StepOutcome::skipped:
    case StepOutcome::not_reached:
        return style.dim(words);
    }
    return words;
}

} // namespace

std::string diff_line_text(const std::string &line, const Style &style) {
    if (line.starts_with("+++") || line.starts_with("---"))
        return style.bold(line);
    if (line.starts_with("@@"))
        return style.cyan(line);
    if (line.starts_with("+"))
        return style.green(line);
    return line.starts_with("-") ? style.red(line) : line;
}

std::string rehearsed_step_text(const PlannedStep &step, const Target &target, const Style &style) {
    if (!step.rehearsed)
        return {};
    const auto &[result, effect, again, advice] = *step.rehearsed;
    std::string text = fmt::format("{}{}\n", k_lead, result_text(step, style));
    if (result.outcome == StepOutcome::failed)
        text += output_text("out", result.out, style) + output_text("err", result.err, style);
    text += lines_text(effect_lines(effect, target.volatile_paths), style);
    for (const std::string &line : effect_diff_lines(effect, target.volatile_paths))
        text += fmt::format("{}{}\n", k_lead, diff_line_text(line, style));
    return text;
}

std::string rehearsal_text(const Target &target, const Style &style) {
    if (!target.rehearsal)
        return {};
    const std::vector<RehearsalProblem> problems = rehearsal_problems(target);
    const std::string verdict(verdict_words(model::verdict_of(target)));
    std::string text =
        fmt::format("\n    Rehearsal: {}\n",
                    model::passed_rehearsal(target) ? style.green(verdict) : style.red(verdict));
    for (const auto &[what, lines, advice] : problems) {
        text += fmt::format("      {} {}\n", style.red("!"), what) + lines_text(lines, style);
        if (!advice.empty())
            text += fmt::format("{}fix: {}\n", k_lead, style.bold(advice));
    }
    text += fmt::format("      {}\n", rehearsal_summary(target));
    if (const std::string advice = kept_advice(target); !advice.empty())
        text += fmt::format("      {}\n", advice);
    return text;
}

} // namespace retouch::render
