// Samples: see the header.

#include "unit/render/samples.hpp"

namespace retouch {

namespace {

constexpr const char *k_source_id = "3f0c8a52-6d0e-4a53-9a37-6f1c9a1f4a10";
constexpr const char *k_present_id = "b1946ac9-2492-4d23-a8c0-8b1f6b0f7a77";
constexpr const char *k_new_id = "9d2f1c33-77aa-4a52-8a0e-5c8f1f2d3e4b";
constexpr const char *k_hostile = "a\x1b[31mb`c``d|e<script>\xe2\x80\xae-->\n# f";

PlannedStep step(const std::string &kind, int index, int line, const std::string &summary,
                 StepChange change) {
    Step value;
    value.id = kind + "[" + std::to_string(index) + "]";
    value.kind = kind;
    value.origin = {"recipes/web.yaml", line};
    value.summary = summary;
    value.options = Json::object();
    value.identity = Json::object();
    return {value, std::move(change)};
}

PlannedRecipe web_recipe() {
    return {"recipes/web.yaml", "/srv/images/recipes", std::string(64, 'a'), "web-image"};
}

Plan empty_plan() {
    Plan plan;
    plan.tool = "retouch 0.1.0";
    plan.catalog = "local";
    return plan;
}

StepReport done(const PlannedStep &planned, StepResult result) {
    return {planned.step.id, planned.step.kind, planned.step.origin, planned.step.summary,
            std::move(result)};
}

StepResult result(StepOutcome outcome, double seconds) {
    StepResult value;
    value.outcome = outcome;
    value.seconds = seconds;
    return value;
}

OutputTail output(const std::string &text) {
    return {text, text.size()};
}

Report empty_report() {
    Report report;
    report.run = "5e1f0e7c-0b0a-4d58-9f57-2f4a3c1d9e00";
    report.catalog = "local";
    return report;
}

} // namespace

Plan plan_to_create() {
    Plan plan = empty_plan();
    Target target;
    target.recipe = web_recipe();
    target.action = Action::create;
    target.reason = "the recipe changed";
    target.source = {k_source_id, "Debian 12", "sha512:ab", "2026-01-31T12:00:00.000000Z"};
    target.present = ImageReference{k_present_id, "Debian 12", "sha512:cd", ""};
    target.fingerprint = "sha256:" + std::string(64, 'f');
    target.steps = {
        step("files", 0, 14, "write /etc/motd",
             {StepState::change, "contents differ",
              "--- /etc/motd\n+++ /etc/motd\n@@ -1,2 +1,2 @@\n Debian\n-old words\n+new words\n"}),
        step("files", 1, 18, "write /usr/local/bin/hello", {StepState::unchanged, "", ""}),
        step("commands", 0, 23, "run: dpkg -i /root/guest-agent.deb",
             {StepState::skipped, "creates: /usr/bin/agent exists", ""}),
        step("commands", 1, 26, "run: apt-get install -y --no-install-recommends nginx-light curl",
             {StepState::unknown, "will run, effect unknown", ""}),
        step("commands", 2, 28, "run: set -e ...",
             {StepState::unknown, "will run, effect unknown", ""}),
        step("cleanup", 0, 31, "clean the package cache", {StepState::change, "42 files", ""}),
    };
    target.steps[3].step.script = "apt-get install -y --no-install-recommends nginx-light curl";
    target.steps[4].step.script = "set -e\ncurl -o /tmp/x https://example.org/`arch`\nsh /tmp/x\n";
    target.steps[2].step.remarks = {"creates: /usr/bin/agent"};
    target.steps[3].step.remarks = {"network, timeout 30m, env DEBIAN_FRONTEND"};
    target.steps[4].step.remarks = {"unless: test -e /tmp/x &&\n  sh /tmp/x --is-`done`",
                                    "network"};
    target.properties.set = {{"hw_qemu_guest_agent", "yes"}, {"os_version", "12.5"}};
    target.properties.before = {{"os_version", "12"}};
    target.properties.remove = {"image_meta_old", "img_signature", "owner_note"};
    target.properties.drop = {"owner_*"};
    target.properties.reasons = {{"img_signature", "belongs to the source alone"},
                                 {"owner_note", "dropped by 'owner_*'"}};
    for (const char *name : {"architecture", "hw_disk_bus", "hw_scsi_model", "hw_vif_multiqueue",
                             "os_distro", "os_type", "patchlevel", "replace_frequency"})
        target.properties.keep[name] = "x";
    target.publish.name = "Debian 12";
    target.publish.visibility = "public";
    target.publish.disk_format = "qcow2";
    target.publish.tags = {"debian", "lts"};
    target.publish.min_disk_gib = 10;
    target.publish.superseded = {
        {*target.present, PreviousPolicy::hide, ""},
        {target.source, PreviousPolicy::rename, "Debian 12-20260131"},
    };
    target.notes = {"an image of the same name that this recipe did not make stays visible"};
    plan.targets.push_back(target);
    return plan;
}

Plan plan_to_update() {
    Plan plan = plan_to_create();
    Target &target = plan.targets.front();
    target.action = Action::update;
    target.reason = "contents are as the recipe says; properties or publish fields differ";
    target.publish.superseded.clear();
    target.publish.changed_fields = {PublishField::visibility, PublishField::tags,
                                     PublishField::is_protected};
    target.properties.remove.clear();
    target.properties.reasons.clear();
    target.notes.clear();
    return plan;
}

Plan plan_without_changes() {
    Plan plan = plan_to_create();
    Target &target = plan.targets.front();
    target.action = Action::none;
    target.reason = "the current generation is as the recipe says";
    target.publish.superseded.clear();
    target.properties = {};
    target.notes.clear();
    return plan;
}

Plan hostile_plan() {
    Plan plan = empty_plan();
    plan.catalog = k_hostile;
    Target target;
    target.recipe = web_recipe();
    target.recipe.path = target.recipe.name = k_hostile;
    target.action = Action::create;
    target.reason = k_hostile;
    target.source = {k_hostile, k_hostile, k_hostile, k_hostile};
    target.present = target.source;
    PlannedStep hostile =
        step("files", 0, 1, k_hostile,
             {StepState::change, k_hostile, "+```\n+</details>\n+\x1b]0;title\x07\n"});
    hostile.step.origin.file = k_hostile;
    hostile.step.script = std::string("```\n</details>\n\x1b[2J") + k_hostile;
    hostile.step.remarks = {k_hostile, "network"};
    target.steps = {hostile};
    target.properties.set = {{k_hostile, k_hostile}};
    target.properties.before = {{k_hostile, k_hostile}};
    target.properties.remove = {k_hostile};
    target.properties.reasons = {{k_hostile, k_hostile}};
    target.properties.keep = {{k_hostile, k_hostile}};
    target.publish.name = k_hostile;
    target.source.owner = k_hostile;
    target.publish.owner = std::string("of ") + k_hostile;
    target.publish.visibility = k_hostile;
    target.publish.disk_format = k_hostile;
    target.publish.tags = {k_hostile};
    target.publish.superseded = {{target.source, PreviousPolicy::rename, k_hostile}};
    target.publish.changed_fields = {PublishField::tags};
    target.notes = {k_hostile};
    plan.targets.push_back(target);
    return plan;
}

Report good_report() {
    Report report = empty_report();
    const Plan plan = plan_to_create();
    const std::vector<PlannedStep> &steps = plan.targets.front().steps;
    TargetReport target;
    target.recipe = web_recipe();
    target.name = "Debian 12";
    target.outcome = TargetOutcome::published;
    target.image_id = k_new_id;
    StepResult skipped = result(StepOutcome::skipped, 0.02);
    skipped.message = "creates: /usr/bin/agent exists";
    StepResult ran = result(StepOutcome::ran, 72.4);
    ran.exit_status = 0;
    ran.out = output("one\ntwo\nthree\nfour\nfive\nsix\nseven\n");
    ran.err = output("a warning\n");
    StepResult passed = result(StepOutcome::passed, 0.3);
    passed.exit_status = 0;
    target.steps = {done(steps[0], result(StepOutcome::changed, 0.12)),
                    done(steps[1], result(StepOutcome::unchanged, 0.01)), done(steps[2], skipped),
                    done(steps[3], ran),
                    done(step("checks", 0, 35, "check: nginx -t", {}), passed)};
    target.phases = {{PhaseKind::stage, 0.4},
                     {PhaseKind::open, 9.1},
                     {PhaseKind::steps, 72.9},
                     {PhaseKind::seal, 3.25}};
    target.bytes_written = 12900000;
    report.targets.push_back(target);
    report.seconds = 86.2;
    return report;
}

Report failed_report() {
    Report report = good_report();
    TargetReport &target = report.targets.front();
    target.outcome = TargetOutcome::failed;
    target.image_id.clear();
    target.bytes_written = 0;
    target.error = "recipes/web.yaml:26: run: apt-get: exit status 100";
    target.hint = "look at the output above";
    target.exit_code = 1;
    StepResult &failed = target.steps[3].result;
    failed.outcome = StepOutcome::failed;
    failed.message = "exit status 100";
    failed.exit_status = 100;
    failed.err = {"E: Unable to locate package\nE: \x1b[31mred\x1b[0m\n", 1000000};
    target.steps[4].result = {};
    return report;
}

Report hostile_report() {
    Report report = failed_report();
    report.run = k_hostile;
    report.catalog = k_hostile;
    TargetReport &target = report.targets.front();
    target.recipe.path = target.recipe.name = k_hostile;
    target.name = k_hostile;
    target.image_id = k_hostile;
    target.error = k_hostile;
    target.hint = k_hostile;
    target.phases = {{PhaseKind::label, 1}};
    for (StepReport &entry : target.steps) {
        entry.summary = k_hostile;
        entry.origin.file = k_hostile;
        entry.result.message = k_hostile;
        entry.result.out = output(std::string(k_hostile) + "\n```\n</details>\n");
    }
    return report;
}

Image sample_image() {
    Image image;
    image.id = k_new_id;
    image.name = "Debian 12";
    image.visibility = "public";
    image.disk_format = "qcow2";
    image.size = 251000000;
    image.virtual_size_bytes = std::int64_t{2} * 1024 * 1024 * 1024;
    image.min_disk_gib = 10;
    image.tags = {"debian", "lts"};
    image.properties = {{"os_distro", "debian"}, {"retouch_recipe", "web-image"}};
    image.checksums = {{"sha512", std::string(128, '0')}};
    image.created_at = "2026-01-31T12:00:00.123456Z";
    image.updated_at = "2026-02-01T08:30:00.000001Z";
    return image;
}

} // namespace retouch
