// Result words: see the header. That a step changed nothing is said wherever a reader might expect
// that it did.

#include "render/result_words.hpp"

#include "base/text.hpp"
#include "render/effect_words.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

#include <cassert>

namespace retouch::render {

namespace {

constexpr std::size_t k_longest_message = 400;
constexpr std::size_t k_longest_output = 120;

std::string outcome_words(const PlannedStep &step) {
    const StepResult &result = step.rehearsed->result;
    std::string text(outcome_word(result.outcome));
    const std::string message = base::clipped(result.message, k_longest_message);
    if (!message.empty())
        text += ": " + message;
    if (result.exit_status && message.find("exit status") == std::string::npos)
        text += fmt::format(", exit status {}", *result.exit_status);
    return text;
}

/// The first line of what a check that passed wrote.
std::string check_output(const StepResult &result) {
    const std::vector<std::string> lines = base::split_lines(result.out.text);
    return lines.empty() || result.out.truncated()
               ? ""
               : fmt::format(", output \"{}\"", base::clipped(lines.front(), k_longest_output));
}

} // namespace

std::string result_words(const PlannedStep &step) {
    const RehearsedStep &rehearsed = step.rehearsed.value();
    const bool nothing = rehearsed.effect.changes_nothing();
    const std::string counts = nothing ? "" : "; " + effect_counts(rehearsed.effect);
    switch (rehearsed.result.outcome) {
    case StepOutcome::not_reached:
        return std::string(outcome_word(StepOutcome::not_reached)) + counts;
    case StepOutcome::unchanged:
        return (nothing ? "no change" : "unchanged") + counts;
    case StepOutcome::skipped:
        return (nothing ? fmt::format("no change ({})", outcome_words(step))
                        : outcome_words(step)) +
               counts;
    case StepOutcome::passed:
        return outcome_words(step) + check_output(rehearsed.result) + counts;
    case StepOutcome::failed:
        return outcome_words(step) + counts;
    case StepOutcome::changed:
    case StepOutcome::ran:
        return outcome_words(step) + (nothing ? "; no change" : counts);
    }
    assert(false);
    return {};
}

} // namespace retouch::render
