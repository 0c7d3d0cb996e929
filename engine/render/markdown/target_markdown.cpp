// Target markdown: steps, blocks, properties, publish. It shows exactly what the text view shows,
// in tables. All quoted text passes through markdown.hpp; nothing else makes markup here.

#include "render/markdown/target_markdown.hpp"

#include "base/text.hpp"
#include "render/disk_words.hpp"
#include "render/markdown/effect_markdown.hpp"
#include "render/markdown/markdown.hpp"
#include "render/message.hpp"
#include "render/property_words.hpp"
#include "render/result_words.hpp"
#include "render/text/plan_text.hpp"
#include "render/wording.hpp"

#include <algorithm>
#include <cassert>
#include <fmt/format.h>

namespace retouch::render {

namespace {

/// What will run has lines of any length.
std::string cut(const std::string &block, bool shortens = false) {
    const std::vector<std::string> lines = base::split_lines(block);
    std::string text;
    const std::size_t shown =
        lines.size() > k_diff_lines_shown + 1 ? k_diff_lines_shown : lines.size();
    for (std::size_t i = 0; i < shown; ++i)
        text +=
            (shortens ? shortened_line(lines[i], k_diff_line_bytes_shown, true) : lines[i]) + "\n";
    if (lines.size() > shown)
        text += fmt::format("... {} more\n", counted(lines.size() - shown, "line"));
    return text;
}

constexpr std::size_t k_longest_remark = 200;

/// What does not is shown below the table.
bool fits_cell(const std::string &remark) {
    return remark.size() <= k_longest_remark && remark.find('\n') == std::string::npos;
}

std::string summary_cell(const Step &step) {
    std::string cell = markdown_cell(step.summary);
    for (const std::string &remark : step.remarks)
        cell += "<br>" + markdown_cell(fits_cell(remark)
                                           ? remark
                                           : remark.substr(0, remark.find(':') + 1) + " ...");
    return cell;
}

std::string steps_markdown(const Target &target, Detail detail) {
    std::vector<std::vector<std::string>> rows;
    std::string blocks;
    for (const PlannedStep &step : target.steps) {
        std::string foreseen(state_words(step.change.state));
        if (step.rehearsed)
            foreseen = markdown_words(result_words(step));
        else if (!step.change.reason.empty() && step.change.reason != foreseen)
            foreseen += ": " + markdown_words(step.change.reason);
        rows.push_back({fmt::format("`{}`", state_mark(known_state(step))), summary_cell(step.step),
                        foreseen, markdown_cell(origin_text(step.step.origin))});
        if (detail == Detail::brief)
            continue;
        for (const std::string &remark : step.step.remarks)
            if (!fits_cell(remark))
                blocks += fmt::format("\n{}\n\n{}", markdown_code(step.step.summary),
                                      markdown_fence("sh", cut(remark)));
        if (const std::string script = script_beyond_summary(step); !script.empty())
            blocks += fmt::format("\n{}\n\n{}", markdown_code(step.step.summary),
                                  markdown_fence("sh", cut(script)));
        const bool diffs = detail == Detail::all;
        if (const std::string diff = foreseen_diff(step); diffs && !diff.empty())
            blocks += fmt::format("\n{}\n\n{}", markdown_code(step.step.summary),
                                  markdown_fence("diff", cut(diff, true)));
        blocks += rehearsed_step_markdown(step, target, diffs);
    }
    const std::string table = markdown_table({"", "step", "effect", "origin"}, rows);
    return table.empty() ? table : "\n**Steps**\n\n" + table + blocks;
}

std::string removed_cell(const std::string &name, const PropertyChanges &changes) {
    const auto reason = changes.reasons.find(name);
    return reason == changes.reasons.end() ? "removed"
                                           : "removed: " + markdown_words(reason->second);
}

std::string value_cell(const Target &target, const std::string &value) {
    const PropertyWords words = property_words(target, value);
    const std::string cell = markdown_cell(words.value);
    return words.remark.empty() ? cell : fmt::format("{} ({})", cell, words.remark);
}

std::string properties_markdown(const Target &target) {
    const PropertyChanges &changes = target.properties;
    std::vector<std::vector<std::string>> rows;
    for (const auto &[name, value] : changes.set) {
        const auto before = changes.before.find(name);
        const bool known = before != changes.before.end();
        rows.push_back({known ? "`~`" : "`+`", markdown_cell(name),
                        known ? markdown_cell(before->second) : "", value_cell(target, value)});
    }
    for (const std::string &name : changes.remove)
        rows.push_back({"`-`", markdown_cell(name), "", removed_cell(name, changes)});
    std::string text = markdown_table({"", "property", "before", "after"}, rows);
    if (!changes.keep.empty()) {
        std::string names;
        for (const auto &[name, value] : changes.keep)
            base::add_part(names, markdown_code(name));
        text +=
            fmt::format("{}{} kept: {}\n", text.empty() ? "" : "\n", changes.keep.size(), names);
    }
    return text.empty() ? text : "\n**Properties**\n\n" + text;
}

std::string publish_markdown(const Target &target) {
    const bool create = target.action == Action::create;
    std::vector<std::vector<std::string>> rows;
    for (const auto &[label, value] :
         create ? publish_fields(target.publish) : changed_publish_fields(target.publish))
        rows.push_back({label, markdown_cell(value)});
    for (const Superseded &superseded : target.publish.superseded)
        rows.push_back({"previous", markdown_words(superseded_text(superseded))});
    for (const std::string &id : target.detach)
        rows.push_back({"detach", markdown_words(fmt::format("image {} from its source", id))});
    const std::string table = markdown_table({"publish", ""}, rows);
    return table.empty() ? table : "\n**Publish**\n\n" + table;
}

std::string left_out(Detail detail) {
    switch (detail) {
    case Detail::all:
        return {};
    case Detail::no_diffs:
        return "\n> Diffs are left out here; all of it: --format json\n";
    case Detail::brief:
        return "\n> Scripts, effects and diffs are left out here; all of it: --format json\n";
    }
    assert(false);
    return {};
}

} // namespace

std::string_view action_words(Action action) {
    switch (action) {
    case Action::create:
        return "create a new image";
    case Action::update:
        return "update in place, contents stay";
    case Action::none:
        return "nothing to do";
    case Action::held:
        return "held back, left as it is";
    }
    assert(false);
    return {};
}

std::string target_markdown(const Target &target, Detail detail) {
    std::string body;
    if (target.action == Action::create)
        body += fmt::format("Source: {}\n", markdown_words(source_text(target)));
    if (target.present)
        body += fmt::format("{}Present: {}\n", body.empty() ? "" : "\n",
                            markdown_words(reference_text(*target.present)));
    if (const std::string mounts = mounts_text(target); !mounts.empty())
        body += fmt::format("{}Mounts: {}\n", body.empty() ? "" : "\n", markdown_words(mounts));
    if (target.disk && target.action == Action::create)
        body += fmt::format("\nDisk: {}\n", markdown_words(disk_words(*target.disk)));
    if (!target.reason.empty())
        body += fmt::format("{}Why: {}\n", body.empty() ? "" : "\n", markdown_words(target.reason));
    bool shortened = false;
    if (target.action == Action::create) {
        const std::string steps = steps_markdown(target, detail);
        shortened = detail != Detail::all && steps != steps_markdown(target, Detail::all);
        body += steps;
    }
    body += properties_markdown(target) + publish_markdown(target);
    for (const std::string &note : target.notes)
        body += fmt::format("\n> {}\n", markdown_words(note));
    if (shortened)
        body += left_out(detail);
    return markdown_details(
        fmt::format("{}: {}", markdown_words(target.publish.name), action_words(target.action)),
        body);
}

} // namespace retouch::render
