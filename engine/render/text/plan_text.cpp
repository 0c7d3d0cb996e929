// A plan as text, in three columns of indentation: the target, its sections, their lines.
// Marks and origins line up, so that a reader can run an eye down either edge.
// Wording shared with the other views is in wording.hpp.

#include "render/text/plan_text.hpp"

#include "base/text.hpp"
#include "render/disk_words.hpp"
#include "render/message.hpp"
#include "render/plan_summary.hpp"
#include "render/property_words.hpp"
#include "render/style.hpp"
#include "render/target_groups.hpp"
#include "render/text/columns.hpp"
#include "render/text/effect_text.hpp"
#include "render/wording.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace retouch::render {

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t k_wrap = 92;
constexpr StepState k_states[] = {StepState::change, StepState::unchanged, StepState::skipped,
                                  StepState::unknown};

std::string mark(StepState state, const Style &style) {
    std::string text(1, state_mark(state));
    switch (state) {
    case StepState::change:
        return style.yellow(text);
    case StepState::unknown:
        return style.cyan(text);
    case StepState::unchanged:
    case StepState::skipped:
        return style.dim(text);
    }
    return text;
}

/// The marks this plan uses, explained, so that nobody has to look them up.
std::string legend(const Plan &plan, const Style &style) {
    std::string text;
    for (const StepState state : k_states) {
        const auto uses = [&](const Target &target) {
            return target.action == Action::create &&
                   std::ranges::any_of(target.steps, [&](const PlannedStep &step) {
                       return known_state(step) == state;
                   });
        };
        if (std::ranges::any_of(plan.targets, uses))
            base::add_part(text, fmt::format("{} {}", mark(state, style), state_words(state)),
                           ",  ");
    }
    return text.empty() ? text : fmt::format("Marks:  {}\n", text);
}

std::string script_line(const std::string &raw, const Style &style) {
    return style.dim("| ") + base::escape(raw, true);
}

/// The lines of a diff or script under a step, as many as are shown; `shown_line` escapes them.
template<typename Line>
std::string block_text(const std::string &block, const Line &shown_line) {
    std::string text;
    std::size_t shown = 0;
    const std::vector<std::string> lines = base::split_lines(block);
    for (const std::string &raw : lines) {
        if (shown++ == k_diff_lines_shown && lines.size() > k_diff_lines_shown + 1) {
            text += fmt::format("          ... {} more (all of it: --format json)\n",
                                counted(lines.size() - k_diff_lines_shown, "line"));
            break;
        }
        text += fmt::format("          {}\n", shown_line(raw));
    }
    return text;
}

/// Whole, as scripts are; a guard may be one of several lines.
std::string remarks_text(const PlannedStep &step, const Style &style) {
    std::string text;
    for (const std::string &remark : step.step.remarks) {
        bool first = true;
        text += block_text(remark, [&](const std::string &line) {
            return std::exchange(first, false) ? style.cyan(base::escape(line, true))
                                               : script_line(line, style);
        });
    }
    return text;
}

std::string details_text(const PlannedStep &step, const Target &target, const Style &style) {
    return remarks_text(step, style) +
           block_text(script_beyond_summary(step),
                      [&](const std::string &line) { return script_line(line, style); }) +
           block_text(foreseen_diff(step),
                      [&](const std::string &line) {
                          return diff_line_text(shortened_line(line, k_diff_line_bytes_shown, true),
                                                style);
                      }) +
           rehearsed_step_text(step, target, style);
}

std::string summary_of(const PlannedStep &step) {
    std::string text = base::escape(step.step.summary);
    // The mark says this much already.
    if (!step.change.reason.empty() && step.change.reason != state_words(step.change.state))
        text += fmt::format(" ({})", base::escape(step.change.reason));
    return text;
}

std::string steps_text(const Target &target, const Style &style) {
    if (target.steps.empty())
        return {};
    std::size_t width = 0;
    for (const PlannedStep &step : target.steps)
        width = std::max(width, std::min(base::code_points(summary_of(step)), k_widest_summary));
    std::string text = "\n    Steps\n";
    for (const PlannedStep &step : target.steps) {
        text +=
            fmt::format("      {} {}  {}\n", mark(known_state(step), style),
                        padded(summary_of(step), width), style.dim(origin_text(step.step.origin)));
        text += details_text(step, target, style);
    }
    return text;
}

/// "= 12 kept: a, b, c", wrapped.
std::string kept_text(const std::map<std::string, std::string> &kept, const Style &style) {
    const std::string intro = fmt::format("{} kept:", kept.size());
    std::string text = fmt::format("      {} {}", style.dim("="), intro);
    std::size_t column = 8 + intro.size();
    std::size_t left = kept.size();
    for (const auto &[name, value] : kept) {
        const std::string word = base::escape(name) + (--left > 0 ? "," : "");
        if (column + 1 + base::code_points(word) > k_wrap) {
            text += "\n         ";
            column = 9;
        }
        text += " " + word;
        column += 1 + base::code_points(word);
    }
    return text + "\n";
}

std::string removed_text(const std::string &name, const PropertyChanges &changes, std::size_t width,
                         const Style &style) {
    const auto reason = changes.reasons.find(name);
    if (reason == changes.reasons.end())
        return fmt::format("      {} {}\n", style.red("-"), base::escape(name));
    return fmt::format("      {} {}  {}\n", style.red("-"), padded(base::escape(name), width),
                       style.dim(base::escape(reason->second)));
}

std::string value_text(const Target &target, const std::string &value, const Style &style) {
    const PropertyWords words = property_words(target, value);
    const std::string remark =
        words.remark.empty() ? "" : style.dim(fmt::format("  ({})", words.remark));
    return in_quotes(words.value) + remark;
}

std::string properties_text(const Target &target, const Style &style) {
    const PropertyChanges &changes = target.properties;
    if (changes.set.empty() && changes.remove.empty() && changes.keep.empty())
        return {};
    std::size_t width = 0;
    for (const auto &[name, value] : changes.set)
        width = std::max(width, base::code_points(base::escape(name)));
    for (const std::string &name : changes.remove)
        width = std::max(width, base::code_points(base::escape(name)));

    std::string text = "\n    Properties\n";
    for (const auto &[name, value] : changes.set) {
        const std::string label = padded(base::escape(name), width);
        const auto before = changes.before.find(name);
        if (before == changes.before.end())
            text += fmt::format("      {} {}  {}\n", style.green("+"), label,
                                value_text(target, value, style));
        else
            text += fmt::format("      {} {}  {} -> {}\n", style.yellow("~"), label,
                                in_quotes(before->second), value_text(target, value, style));
    }
    for (const std::string &name : changes.remove)
        text += removed_text(name, changes, width, style);
    if (!changes.keep.empty())
        text += kept_text(changes.keep, style);
    return text;
}

std::string fields_text(const Fields &fields, std::string_view lead) {
    std::size_t width = 0;
    for (const auto &[label, value] : fields)
        width = std::max(width, label.size());
    std::string text;
    for (const auto &[label, value] : fields)
        text += fmt::format("{}{}  {}\n", lead, padded(label, width), value);
    return text;
}

std::string publish_text(const Target &target, const Style &style) {
    const bool create = target.action == Action::create;
    Fields fields =
        create ? publish_fields(target.publish) : changed_publish_fields(target.publish);
    const std::string lead = create ? "      " : fmt::format("      {} ", style.yellow("~"));
    if (create)
        fields.emplace_back("id", "(known after apply)");
    for (const Superseded &superseded : target.publish.superseded)
        fields.emplace_back("previous", superseded_text(superseded));
    for (const std::string &id : target.detach)
        fields.emplace_back("detach", fmt::format("image {} from its source", base::escape(id)));
    return fields.empty() ? "" : "\n    Publish\n" + fields_text(fields, lead);
}

std::string notes_text(const Target &target, const Style &style) {
    std::string text;
    for (const std::string &note : target.notes)
        text += fmt::format("    {} {}\n", style.yellow("Note:"), base::escape(note));
    return text.empty() ? text : "\n" + text;
}

std::string target_text(const Target &target, const Style &style) {
    const std::string name = style.bold(in_quotes(target.publish.name));
    Fields facts;
    std::string text;
    switch (target.action) {
    case Action::create:
        text = fmt::format("{} {}: create a new image\n", style.green("+"), name);
        facts.emplace_back("source", source_text(target));
        break;
    case Action::update:
        text = fmt::format("{} {}: update in place, contents stay\n", style.yellow("~"), name);
        break;
    case Action::none:
        text = fmt::format("{} {}: nothing to do\n", style.dim("="), name);
        break;
    case Action::held:
        text = fmt::format("{} {}: held back, left as it is\n", style.yellow("="), name);
        break;
    }
    if (target.present)
        facts.emplace_back("present", reference_text(*target.present));
    if (const std::string mounts = mounts_text(target); !mounts.empty())
        facts.emplace_back("mounts", base::escape(mounts));
    if (target.disk && target.action == Action::create)
        facts.emplace_back("disk", disk_words(*target.disk));
    if (!target.reason.empty())
        facts.emplace_back("why", base::escape(target.reason));
    text += fields_text(facts, "    ");
    if (target.action == Action::create)
        text += steps_text(target, style);
    if (is_work(target.action))
        text += properties_text(target, style) + publish_text(target, style);
    text += rehearsal_text(target, style);
    return text + notes_text(target, style);
}

/// What all of them get, once; what differs is the image each is made of.
std::string group_text(const TargetGroup &group, const Style &style) {
    const Target &first = *group.front();
    const std::string count = style.bold(counted(group.size(), "image"));
    std::string text;
    switch (first.action) {
    case Action::create:
        text = fmt::format("{} {}: create new ones, all alike\n", style.green("+"), count);
        break;
    case Action::update:
        text = fmt::format("{} {}: update in place, contents stay\n", style.yellow("~"), count);
        break;
    case Action::none:
        text = fmt::format("{} {}: nothing to do\n", style.dim("="), count);
        break;
    case Action::held:
        text = fmt::format("{} {}: held back, left as they are\n", style.yellow("="), count);
        break;
    }
    Fields facts = {{"images", names_of(group)}};
    if (is_work(first.action))
        facts.emplace_back("why", base::escape(first.reason));
    text += fields_text(facts, "    ");
    if (first.action == Action::create)
        text += steps_text(first, style);
    if (is_work(first.action))
        text += properties_text(first, style);
    return text + rehearsal_text(first, style) + notes_text(first, style);
}

std::string recipe_line(const PlannedRecipe &recipe, const std::string &catalog,
                        const Style &style) {
    return fmt::format("Recipe: {} ({}), catalog {}\n", style.bold(base::escape(recipe.path)),
                       base::escape(recipe.name), base::escape(catalog));
}

} // namespace

std::string plan_text(const Plan &plan, bool colour) {
    const Style style(colour);
    std::string text;
    const PlannedRecipe *recipe = nullptr;
    for (const TargetGroup &group : target_groups(plan.targets)) {
        const Target &first = *group.front();
        if (recipe == nullptr || *recipe != first.recipe) {
            text += recipe == nullptr ? "" : "\n";
            text += recipe_line(first.recipe, plan.catalog, style);
            text += recipe == nullptr ? legend(plan, style) : "";
        }
        recipe = &first.recipe;
        text += "\n" + (group.size() == 1 ? target_text(first, style) : group_text(group, style));
    }
    return text + "\n" + style.bold(plan_summary(plan)) + "\n";
}

} // namespace retouch::render
