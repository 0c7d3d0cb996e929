// Call summary: see the header. Whoever failed is named, however many there are: it is what the
// next command line is made of.

#include "render/call_summary.hpp"

#include "base/text.hpp"
#include "render/effect_words.hpp"
#include "render/wording.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::render {

namespace {

constexpr std::size_t k_longest_name = 400;
constexpr std::size_t k_longest_reason = 200;

/// A sentence behind the failures, or the whole line without them.
std::string after(const std::string &failures, const std::string &sentence) {
    return failures.empty() ? sentence : fmt::format("{}. {}", failures, sentence);
}

std::string names_words(const std::vector<std::string> &names) {
    std::string text;
    for (const std::string &name : names)
        base::add_part(text, base::clipped(name, k_longest_name));
    return text;
}

std::string counts_words(const ReportCounts &counts) {
    std::string text;
    const auto add = [&text](std::size_t count, std::string_view words) {
        if (count > 0)
            base::add_part(text, fmt::format("{} {}", counted(count, "image"), words));
    };
    add(counts.published, "published");
    add(counts.updated, "updated in place");
    add(counts.unchanged, "unchanged");
    add(counts.failed, "failed");
    add(counts.not_started, "not started");
    return text.empty() ? "no image touched" : text;
}

std::string differences_words(const DriftCounts &counts, std::size_t recipes) {
    if (counts.compared == 0)
        return fmt::format("Nothing to compare in {}.", counted(recipes, "recipe"));
    if (counts.differences == 0)
        return fmt::format("No drift in {}.{}", counted(counts.compared, "recipe"),
                           counts.compared == recipes
                               ? ""
                               : fmt::format(" {} with nothing to compare.",
                                             counted(recipes - counts.compared, "recipe")));
    return fmt::format("Drifted: {} of {}: {}; {}, apply fixes {} of them.", counts.drifted.size(),
                       counted(recipes, "recipe"), names_words(counts.drifted),
                       counted(counts.differences, "difference"), counts.fixed);
}

} // namespace

std::string failures_words(const std::vector<Failure> &failures, std::size_t count,
                           std::string_view noun) {
    if (failures.empty())
        return {};
    std::string names;
    for (const auto &[name, why] : failures)
        base::add_part(
            names,
            base::clipped(name, k_longest_name) +
                (why.empty() ? "" : fmt::format(" ({})", base::clipped(why, k_longest_reason))));
    return fmt::format("Failed: {} of {}: {}", failures.size(), counted(count, noun), names);
}

std::string plans_summary(const PlanCounts &counts, std::size_t recipes,
                          const std::vector<Failure> &failures) {
    const std::string failed = failures_words(failures, recipes, "recipe");
    const std::size_t rest = recipes - failures.size();
    if (rest == 0)
        return failed + ".";
    const std::string of = counted(rest, "recipe");
    if (counts.create + counts.update > 0)
        return after(failed, fmt::format("{} ({}).", counts_words(counts), of));
    const std::string held =
        counts.held == 0
            ? ""
            : fmt::format(" {} held back: what was to be there was rolled back by hand.",
                          counted(counts.held, "image"));
    return after(failed, fmt::format("No changes. {} {} fulfilled already.{}", of,
                                     rest == 1 ? "is" : "are", held));
}

void ReportCounts::add(const Report &report) {
    const auto count = [&](TargetOutcome outcome) {
        return static_cast<std::size_t>(
            std::ranges::count(report.targets, outcome, &TargetReport::outcome));
    };
    published += count(TargetOutcome::published);
    updated += count(TargetOutcome::updated);
    unchanged += count(TargetOutcome::unchanged);
    failed += count(TargetOutcome::failed);
    not_started += count(TargetOutcome::not_started);
    seconds += report.seconds;
}

std::string reports_summary(const ReportCounts &counts, std::size_t recipes,
                            const std::vector<Failure> &failures, std::size_t not_reached) {
    const std::string failed = failures_words(failures, recipes, "recipe");
    const bool idle = counts.published + counts.updated == 0;
    const std::string what =
        fmt::format("{} of {}, in {}.", counts_words(counts), counted(recipes, "recipe"),
                    base::format_seconds(counts.seconds));
    const std::string missing =
        not_reached == 0 ? "" : fmt::format(" {} not begun.", counted(not_reached, "recipe"));
    if (!failed.empty())
        return after(failed, what) + missing;
    if (not_reached > 0)
        return fmt::format("Stopped: {}{}", what, missing);
    return fmt::format("{}: {}", idle ? "No changes" : "Done", what);
}

void DriftCounts::add(const DriftReport &report) {
    differences += report.drift.size();
    fixed +=
        static_cast<std::size_t>(std::ranges::count(report.drift, true, &Deviation::apply_fixes));
    pending += report.image ? report.pending.size() : 0;
    unchecked += report.unchecked.size();
    compared += report.image ? 1U : 0U;
    if (!report.drift.empty())
        drifted.push_back(report.recipe.path);
}

std::string drifts_summary(const DriftCounts &counts, std::size_t recipes,
                           const std::vector<Failure> &failures) {
    const std::string failed = failures_words(failures, recipes, "recipe");
    const std::size_t rest = recipes - failures.size();
    if (rest == 0)
        return failed + ".";
    std::string text = after(failed, differences_words(counts, rest));
    if (counts.pending > 0)
        text += fmt::format(" {} pending.", counts.pending);
    if (counts.unchecked > 0)
        text += fmt::format(" {} not looked at.", counts.unchecked);
    return text;
}

} // namespace retouch::render
