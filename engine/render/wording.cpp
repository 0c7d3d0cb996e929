// Wording: one place for the words of marks, outcomes and record fields.
// It holds no layout: that is the views' own.
// Functions over closed sets have no default branch, so a new value cannot be forgotten here.

#include "render/wording.hpp"

#include "base/text.hpp"
#include "model/names.hpp"

#include <algorithm>
#include <cassert>
#include <fmt/format.h>

namespace retouch::render {

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string method_words(const PublishWay &way) {
    switch (way.method) {
    case PublishMethod::local:
        return "a file moved into place";
    case PublishMethod::location:
        return fmt::format("location registered with PATCH ({})", base::escape(way.reason));
    case PublishMethod::location_api:
        return fmt::format("location registered with the add-location call ({})",
                           base::escape(way.reason));
    case PublishMethod::upload:
        return fmt::format("bytes uploaded through the image service ({})",
                           base::escape(way.reason));
    }
    return {};
}

std::string listed_members(const std::vector<ImageMember> &members) {
    std::vector<std::string> words;
    words.reserve(members.size());
    for (const ImageMember &member : members)
        words.push_back(fmt::format("{} ({})", member.project, member.status));
    return base::listed(words);
}

std::string field_words(PublishField field, const PublishPlan &publish) {
    switch (field) {
    case PublishField::visibility:
        return base::escape(publish.visibility);
    case PublishField::tags:
        return publish.tags.empty() ? "none" : base::listed(publish.tags);
    case PublishField::min_disk:
        return fmt::format("{} GiB", publish.min_disk_gib);
    case PublishField::min_ram:
        return fmt::format("{} MiB", publish.min_ram_mib);
    case PublishField::is_protected:
        return publish.is_protected ? "yes" : "no";
    case PublishField::hidden:
        return "no"; // what is published is seen
    }
    assert(false);
    return {};
}

} // namespace

std::string in_quotes(std::string_view text) {
    return fmt::format("\"{}\"", base::escape(text));
}

std::string counted(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string origin_text(const Origin &origin) {
    if (origin.file.empty())
        return {};
    const std::string file = base::escape(origin.file);
    return origin.line > 0 ? fmt::format("{}:{}", file, origin.line) : file;
}

std::string reference_text(const ImageReference &reference) {
    return fmt::format("{} ({})", in_quotes(reference.name), base::escape(reference.id));
}

std::string mounts_text(const Target &target) {
    const std::vector<MountPoint> &mounts = target.mounts;
    if (mounts.size() < 2 &&
        std::ranges::all_of(mounts, &std::string::empty, &MountPoint::subvolume))
        return "";
    std::string text;
    for (const MountPoint &mount : mounts)
        base::add_part(text,
                       fmt::format("{} ({}, {}{}{})", mount.path, mount.device, mount.filesystem,
                                   mount.subvolume.empty() ? "" : ", ", mount.subvolume));
    return text;
}

std::string source_text(const Target &target) {
    const ImageReference &source = target.source;
    if (source.id.empty())
        return in_quotes(source.name) + " (to be fetched)";
    return source.owner == target.publish.owner
               ? reference_text(source)
               : fmt::format("{} of project {}", reference_text(source),
                             base::escape(source.owner));
}

std::string script_beyond_summary(const PlannedStep &step) {
    const std::string &script = step.step.script;
    return step.step.summary.find(base::trim(script)) == std::string::npos ? script : "";
}

StepState known_state(const PlannedStep &step) {
    if (!step.rehearsed)
        return step.change.state;
    switch (step.rehearsed->result.outcome) {
    case StepOutcome::not_reached:
    case StepOutcome::failed:
        return step.change.state;
    case StepOutcome::skipped:
        return StepState::skipped;
    case StepOutcome::changed:
    case StepOutcome::unchanged:
    case StepOutcome::ran:
    case StepOutcome::passed:
        return step.rehearsed->effect.empty() ? StepState::unchanged : StepState::change;
    }
    assert(false);
    return step.change.state;
}

std::string foreseen_diff(const PlannedStep &step) {
    const auto has_diff = [](const EntryChange &change) { return !change.diff.empty(); };
    const bool seen = step.rehearsed && std::ranges::any_of(step.rehearsed->effect.files, has_diff);
    return seen ? "" : step.change.diff;
}

char state_mark(StepState state) {
    switch (state) {
    case StepState::change:
        return '~';
    case StepState::unchanged:
        return '=';
    case StepState::skipped:
        return '-';
    case StepState::unknown:
        return '?';
    }
    assert(false);
    return ' ';
}

std::string_view state_words(StepState state) {
    switch (state) {
    case StepState::change:
        return "will change";
    case StepState::unchanged:
        return "already so";
    case StepState::skipped:
        return "skipped";
    case StepState::unknown:
        return "will run, effect unknown";
    }
    assert(false);
    return {};
}

std::string_view outcome_word(StepOutcome outcome) {
    return outcome == StepOutcome::not_reached ? "not reached" : model::to_string(outcome);
}

std::string superseded_text(const Superseded &superseded) {
    const std::string image = reference_text(superseded.image);
    switch (superseded.policy) {
    case PreviousPolicy::hide:
        return "hide " + image;
    case PreviousPolicy::rename:
        return fmt::format("rename {} to {}", image, in_quotes(superseded.new_name));
    case PreviousPolicy::deactivate:
        return "deactivate " + image;
    case PreviousPolicy::keep:
        return fmt::format("keep {} beside it, under the same name", image);
    }
    assert(false);
    return {};
}

Fields publish_fields(const PublishPlan &publish) {
    Fields fields = {{"name", in_quotes(publish.name)}};
    const auto add = [&](bool is_shown, std::string_view name, std::string words) {
        if (is_shown)
            fields.emplace_back(name, std::move(words));
    };
    const auto add_field = [&](bool is_shown, PublishField field) {
        add(is_shown, model::to_string(field), field_words(field, publish));
    };
    add_field(true, PublishField::visibility);
    add(!publish.owner.empty(), "owner", "project " + base::escape(publish.owner));
    add(true, "disk_format",
        publish.disk_format.empty() ? "(known when the source has been fetched)"
                                    : base::escape(publish.disk_format));
    add_field(!publish.tags.empty(), PublishField::tags);
    add_field(publish.min_disk_gib != 0, PublishField::min_disk);
    add_field(publish.min_ram_mib != 0, PublishField::min_ram);
    add_field(publish.is_protected, PublishField::is_protected);
    add(!publish.members.empty(), "members", listed_members(publish.members));
    add(publish.way.method != PublishMethod::local, "method", method_words(publish.way));
    add(publish.way.by_location(), "lineage", std::string(model::to_string(publish.lineage)));
    return fields;
}

Fields changed_publish_fields(const PublishPlan &publish) {
    Fields fields;
    for (const PublishField field : publish.changed_fields)
        fields.emplace_back(model::to_string(field), field_words(field, publish));
    return fields;
}

} // namespace retouch::render
