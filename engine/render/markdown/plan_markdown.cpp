// Plans as markdown: rows and blocks are made as plans come, so that a thousand plans need not be
// kept. Blocks that are longer than a whole comment are not kept either.

#include "render/markdown/plan_markdown.hpp"

#include "base/text.hpp"
#include "render/effect_words.hpp"
#include "render/markdown/block_budget.hpp"
#include "render/markdown/effect_markdown.hpp"
#include "render/markdown/markdown.hpp"
#include "render/markdown/markdown_cut.hpp"
#include "render/plan_summary.hpp"
#include "render/rehearsal_words.hpp"
#include "render/target_groups.hpp"
#include "render/wording.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::render {

namespace {

constexpr std::size_t k_widest_cell = 120;

std::string step_counts(const Target &target) {
    if (target.action != Action::create)
        return "none to run";
    Plan alone;
    alone.targets.push_back(target);
    alone.targets.front().rehearsal.reset(); // its verdict stands elsewhere
    const PlanCounts counts = count_plan(alone);
    return fmt::format("{} change, {} unchanged, {} unknown, {} skipped", counts.changing,
                       counts.unchanged, counts.unknown, counts.skipped);
}

std::string property_counts(const PropertyChanges &changes) {
    return fmt::format("{} set, {} removed, {} kept", changes.set.size(), changes.remove.size(),
                       changes.keep.size());
}

std::string rehearsal_cell(const Target &target) {
    if (!target.rehearsal)
        return {};
    const std::string_view verdict = verdict_words(model::verdict_of(target));
    if (!model::passed_rehearsal(target))
        return fmt::format("**{}**", verdict);
    return fmt::format("{}: {}", verdict, effect_counts(whole_effect(target)));
}

std::string cell(const std::string &text) {
    return markdown_cell(base::clipped(text, k_widest_cell));
}

std::vector<std::string> row_of(const Target &target, bool alone) {
    std::vector<std::string> row = {alone ? markdown_cell(target.publish.name)
                                          : cell(target.publish.name),
                                    std::string(action_words(target.action)), step_counts(target),
                                    property_counts(target.properties)};
    if (!alone) {
        row.insert(row.begin(), cell(target.recipe.path));
        row.push_back(rehearsal_cell(target));
    }
    return row;
}

std::string part_below(const std::string &text) {
    return text.empty() ? text : "\n" + text;
}

} // namespace

void PlansMarkdown::add(const Plan &plan) {
    const bool alone = recipes_ == 1;
    if (alone) {
        const PlannedRecipe &recipe = plan.targets.front().recipe;
        marker_ = recipe.name;
        heading_ = fmt::format("### Plan for {} ({}), catalog {}\n\n", markdown_code(recipe.path),
                               markdown_words(recipe.name), markdown_words(plan.catalog));
        rehearsal_ = rehearsal_markdown(plan);
    }
    catalog_ = plan.catalog;
    changes_ = changes_ || plan.has_changes();
    for (const Target &target : plan.targets) {
        rows_.push_back(row_of(target, alone));
        idle_.push_back(!is_work(target.action));
        if (!alone && target.rehearsal)
            problems_ += problems_markdown(target);
    }
    for (const TargetGroup &group : target_groups(plan.targets)) {
        const Target &target = *group.front();
        if (!is_work(target.action))
            continue;
        const std::string others = group.size() == 1
                                       ? ""
                                       : fmt::format("\nAll {} get the same: {}\n", group.size(),
                                                     markdown_words(names_of(group)));
        Block block;
        std::ranges::transform(
            std::array{Detail::all, Detail::no_diffs, Detail::brief}, block.begin(),
            [&](Detail detail) { return "\n" + target_markdown(target, detail) + others; });
        blocks_.push_back(std::move(block));
    }
}

std::string PlansMarkdown::heading() const {
    if (recipes_ == 1)
        return heading_.empty() ? "### No plan\n" : heading_;
    return fmt::format("### Plans of {}{}\n\n", counted(recipes_, "recipe"),
                       catalog_.empty() ? "" : ", catalog " + markdown_words(catalog_));
}

std::string PlansMarkdown::failures() const {
    std::string text;
    for (const RecipeFailure &failure : failures_)
        text += failure_markdown(failure);
    return text;
}

std::string PlansMarkdown::table(bool with_idle) const {
    std::vector<std::vector<std::string>> rows;
    for (std::size_t i = 0; i < rows_.size(); ++i)
        if (with_idle || !idle_[i])
            rows.push_back(rows_[i]);
    std::vector<std::string> header = {"image", "action", "steps", "properties"};
    if (recipes_ > 1) {
        header.insert(header.begin(), "recipe");
        header.emplace_back("rehearsal");
    }
    const std::size_t left_out = rows_.size() - rows.size();
    return markdown_table(header, rows) +
           (left_out == 0
                ? ""
                : fmt::format("\n{} to be left alone: not listed here; all of it: --format json\n",
                              counted(left_out, "image")));
}

std::string PlansMarkdown::text(const std::string &summary, std::size_t max_bytes) const {
    const bool alone = recipes_ == 1;
    std::string marker = marker_;
    if (alone && marker.empty() && !failures_.empty())
        marker = failures_.front().name;
    const std::string first = markdown_marker("plan", alone ? marker : "");
    const std::string line = markdown_words(summary) + "\n";
    if (alone && !changes_ && failures_.empty())
        return first + line;
    const auto head = [&](bool with_idle) {
        return alone ? first + heading() + table(with_idle) + part_below(line) +
                           part_below(failures()) + rehearsal_
                     : first + heading() + line + part_below(failures()) +
                           part_below(table(with_idle)) + part_below(problems_);
    };
    std::string text = head(true);
    if (text.size() > max_bytes / 2)
        text = head(false);
    const std::size_t room = max_bytes - std::min(text.size(), max_bytes);
    return cut_markdown(text + fitting_blocks(blocks_, room), max_bytes);
}

std::string plan_markdown(const Plan &plan, std::size_t max_bytes) {
    PlansMarkdown document(1);
    document.add(plan);
    return document.text(plan_summary(plan), max_bytes);
}

} // namespace retouch::render
