// selinux: whether a machine enforces its SELinux policy, and which files bear the policy's labels
// in the end. The mode is a line of /etc/selinux/config; labels are set behind the last step, by
// who runs the steps. No policy is loaded or changed.

#include "base/text.hpp"
#include "guest/selinux/policy.hpp"
#include "retouch/step_kind.hpp"
#include "steps/support/assignment.hpp"
#include "steps/support/image_text.hpp"
#include "steps/support/plain_kind.hpp"
#include "steps/support/reading.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

using guest::k_relabel_file;

std::string relabel_of(const Json &options) {
    return options.value("relabel", std::string("changed"));
}

std::string relabel_words(const std::string &relabel) {
    if (relabel == "all")
        return "label all files";
    if (relabel == "firstboot")
        return "have the first boot label all files";
    return relabel == "none" ? "label nothing" : "label what the steps make";
}

ReadResult read(const Section &section, const ReadContext &context, Diagnostics & /*unused*/) {
    Step step = new_step(section, 0, section.value, context);
    std::vector<std::string> words;
    if (const auto mode = section.value.text("mode")) {
        step.options["mode"] = *mode;
        words.push_back("set SELinux to " + *mode);
    }
    if (const auto relabel = section.value.text("relabel")) {
        step.options["relabel"] = *relabel;
        words.push_back(relabel_words(*relabel) + (words.empty() ? " for SELinux" : ""));
    }
    step.summary = base::joined(words, ", ");
    step.identity = step.options;
    return {{step}, {}};
}

/// Why the image cannot be as `options` say, or empty.
std::string obstacle_in(const Json &options, const GuestView &guest) {
    if (guest.facts().type != "linux")
        return "a Windows image has no SELinux";
    const auto config = guest::selinux_config(guest);
    if (!config)
        return fmt::format("the image has no {}: SELinux comes with the package of a policy, such "
                           "as selinux-policy-targeted, on Debian selinux-policy-default",
                           guest::k_selinux_config);
    const std::string mode = options.value("mode", config->mode);
    const std::string relabel = relabel_of(options);
    const bool labels_all = relabel == "all" || relabel == "firstboot";
    if ((mode != "disabled" || labels_all) && !guest::has_policy(guest, config->policy))
        return fmt::format("{} names the policy '{}', and the image has none of that name with "
                           "rules for labels (in /etc/selinux)",
                           guest::k_selinux_config, base::clipped(config->policy, 64));
    if (relabel == "firstboot" && mode == "disabled")
        return "a machine with SELinux disabled labels nothing when it boots";
    if (options.value("mode", std::string()) == "enforcing" && !labels_all && !guest.label("/"))
        return "the files of the image bear no labels, and a machine that enforces its policy over "
               "such files does not boot; 'relabel: all' gives them";
    return {};
}

void want_mode(ImageChanges &changes, const std::string &mode, const GuestView &guest) {
    const std::string former = guest::selinux_config(guest)->mode;
    if (former == mode)
        return;
    const ImageText file = image_text(guest, guest::k_selinux_config);
    want_text(changes, file, with_assignment(file.text, "SELINUX", mode));
    changes.reasons.push_back(former.empty()
                                  ? fmt::format("mode {}", mode)
                                  : fmt::format("mode {} -> {}", base::clipped(former, 64), mode));
}

ImageChanges selinux_changes(const Step &step, const GuestView &guest) {
    ImageChanges changes;
    changes.fail(obstacle_in(step.options, guest));
    if (!changes.possible())
        return changes;
    if (step.options.contains("mode"))
        want_mode(changes, step.options.at("mode").get<std::string>(), guest);
    const std::string relabel = relabel_of(step.options);
    const bool waits_for_boot = guest.lstat(k_relabel_file).has_value();
    if (relabel == "firstboot" && !waits_for_boot) {
        changes.changes.push_back(file_at(k_relabel_file, "", 0644, 0, 0));
        changes.reasons.push_back(fmt::format("{} is not there", k_relabel_file));
    }
    if (relabel == "all" && waits_for_boot) {
        changes.changes.push_back(nothing_at(k_relabel_file));
        changes.reasons.push_back(fmt::format("{} goes", k_relabel_file));
    }
    require_possible(guest, changes);
    return changes;
}

StepChange preview(const Step &step, const GuestView &guest) {
    ImageChanges changes = selinux_changes(step, guest);
    const bool labels_all = relabel_of(step.options) == "all";
    if (labels_all)
        changes.reasons.emplace_back(
            "which files bear another label than the policy's is known behind the last step");
    StepChange change = foretold(step, changes, base::joined(changes.reasons, ", "));
    if (labels_all && change.state == StepState::unchanged)
        change.state = StepState::unknown;
    for (const Foreseen &each : changes.changes)
        if (each.path != k_relabel_file)
            change.diff += text_diff(each, guest);
    return change;
}

StepResult execute(const Step &step, Guest &guest) {
    ImageChanges changes = selinux_changes(step, guest);
    std::vector<std::string> words = changes.reasons;
    if (relabel_of(step.options) == "all")
        words.emplace_back("labels are set behind the last step");
    StepResult result = carried_out(std::move(changes), guest);
    if (result.outcome != StepOutcome::failed)
        result.message = base::joined(words, ", ");
    return result;
}

Foresight foresee(const Step &step, const GuestView &guest) {
    return foreseen_of(selinux_changes(step, guest));
}

LabelScope labels(const Step &step) {
    const std::string relabel = relabel_of(step.options);
    if (relabel == "all")
        return LabelScope::all;
    return relabel == "none" ? LabelScope::none : LabelScope::changed;
}

Json section(const std::vector<Json> &options) {
    return options.front();
}

} // namespace

extern const StepKind k_selinux_step;
const StepKind k_selinux_step = {.name = "selinux",
                                 .order = 17,
                                 .semantics = 1,
                                 .read = read,
                                 .preview = preview,
                                 .execute = execute,
                                 .needs = needs_nothing,
                                 .section = section,
                                 .foresee = foresee,
                                 .labels = labels};

} // namespace retouch::steps
