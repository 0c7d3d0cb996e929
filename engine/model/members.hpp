#pragma once

// Members: what stands in the documented JSON form of each struct, under which key, in reading
// order. One list serves all: JsonWriter writes by it, ObjectReader reads by it, and the tests hold
// docs/plan.md, docs/report.md and schemas/plan.schema.json against it. What is not listed here is
// neither written nor read.
//
// A visitor takes a key and a member. What a key cannot say alone has a function of its own:
//   object      JSON of somebody else's making, an object
//   any         the same, of any type
//   optional    left out where there is none; elsewhere such a member is null
//   unless_default  left out where it is as it is by default
//   milliseconds    a number of seconds, to the millisecond
//   exit_status 0 to 255, or null
//   derived     follows from other members: written for people, never read

#include "retouch/plan.hpp"
#include "retouch/report.hpp"

#include <concepts>

namespace retouch::model {

/// T is Struct, const where it is only looked at.
template<typename T, typename Struct>
concept Of = std::same_as<std::remove_const_t<T>, Struct>;

void members(auto &visit, Of<Origin> auto &origin) {
    visit("file", origin.file);
    visit("line", origin.line);
}

void members(auto &visit, Of<OutputTail> auto &output) {
    visit("text", output.text);
    visit("total", output.total);
}

// Effects.

void members(auto &visit, Of<PackageChange> auto &change) {
    visit("name", change.name);
    visit("before", change.before);
    visit("after", change.after);
}

void members(auto &visit, Of<ServiceChange> auto &change) {
    visit("unit", change.unit);
    visit("enabled", change.enabled);
}

void members(auto &visit, Of<AccountChange> auto &change) {
    visit("kind", change.kind);
    visit("name", change.name);
    visit("before", change.before);
    visit("after", change.after);
}

void members(auto &visit, Of<EntryState> auto &state) {
    visit("type", state.info.type);
    visit("mode", state.info.mode);
    visit("uid", state.info.uid);
    visit("gid", state.info.gid);
    visit("size", state.info.size);
    visit("target", state.target);
    visit("sha256", state.sha256);
    visit("attributes", state.attributes);
}

void members(auto &visit, Of<EntryChange> auto &change) {
    visit("path", change.path);
    visit("before", change.before);
    visit("after", change.after);
    visit("diff", change.diff);
}

void members(auto &visit, Of<Effect> auto &effect) {
    visit("packages", effect.packages);
    visit("services", effect.services);
    visit("accounts", effect.accounts);
    visit("files", effect.files);
    visit("bytes_written", effect.bytes_written);
}

// Plans.

void members(auto &visit, Of<RehearsedStep> auto &step) {
    visit("outcome", step.result.outcome);
    visit("message", step.result.message);
    visit.exit_status("exit_status", step.result.exit_status);
    visit("out", step.result.out);
    visit("err", step.result.err);
    visit("seconds", step.result.seconds);
    visit("effect", step.effect);
    visit("again", step.again);
}

void members(auto &visit, Of<StepSystems> auto &systems) {
    visit("os", systems.names);
    visit("all_but", systems.all_but);
}

void members(auto &visit, Of<PlannedStep> auto &planned) {
    visit("id", planned.step.id);
    visit("kind", planned.step.kind);
    visit("summary", planned.step.summary);
    visit("origin", planned.step.origin);
    visit("state", planned.change.state);
    visit("reason", planned.change.reason);
    visit("diff", planned.change.diff);
    visit.object("options", planned.step.options);
    visit.any("identity", planned.step.identity);
    visit.unless_default("systems", planned.step.systems);
    visit("rehearsed", planned.rehearsed);
}

void members(auto &visit, Of<ImageReference> auto &image) {
    visit("id", image.id);
    visit("name", image.name);
    visit("digest", image.digest);
    visit("updated_at", image.updated_at);
    visit("owner", image.owner);
}

void members(auto &visit, Of<AskedSource> auto &asked) {
    visit("name", asked.name);
    visit("owner", asked.owner);
}

void members(auto &visit, Of<PropertyChanges> auto &changes) {
    visit("set", changes.set);
    visit("before", changes.before);
    visit("remove", changes.remove);
    visit("keep", changes.keep);
    visit("drop", changes.drop);
    visit("reasons", changes.reasons);
}

void members(auto &visit, Of<ImageMember> auto &member) {
    visit("project", member.project);
    visit("status", member.status);
}

void members(auto &visit, Of<PublishWay> auto &way) {
    visit("method", way.method);
    visit("reason", way.reason);
}

void members(auto &visit, Of<Superseded> auto &former) {
    visit("image", former.image);
    visit("policy", former.policy);
    visit("new_name", former.new_name);
}

void members(auto &visit, Of<PublishPlan> auto &publish) {
    visit("name", publish.name);
    visit("visibility", publish.visibility);
    visit("disk_format", publish.disk_format);
    visit("tags", publish.tags);
    visit("min_disk", publish.min_disk_gib);
    visit("min_ram", publish.min_ram_mib);
    visit("protected", publish.is_protected);
    visit("container_format", publish.container_format);
    visit("owner", publish.owner);
    visit("members", publish.members);
    visit("lineage", publish.lineage);
    visit("way", publish.way);
    visit("superseded", publish.superseded);
    visit("changed_fields", publish.changed_fields);
}

void members(auto &visit, Of<InjectedFile> auto &file) {
    visit("path", file.path);
    visit("sha256", file.sha256);
    visit("size", file.size);
}

void members(auto &visit, Of<MountPoint> auto &mount) {
    visit("path", mount.path);
    visit("device", mount.device);
    visit("filesystem", mount.filesystem);
    visit("subvolume", mount.subvolume);
}

void members(auto &visit, Of<Limits> auto &limits) {
    visit("may_change", limits.may_change);
    visit("packages", limits.packages);
    visit("bytes_written", limits.bytes_written);
    visit("no_new_setuid", limits.no_new_setuid);
    visit("no_network", limits.no_network);
}

void members(auto &visit, Of<Violation> auto &violation) {
    visit("limit", violation.limit);
    visit("step", violation.step);
    visit("what", violation.what);
}

void members(auto &visit, Of<KeptStage> auto &kept) {
    visit("id", kept.id);
    visit("location", kept.location);
    visit("until", kept.until);
    visit("proof", kept.proof);
    visit("size", kept.sealed.size);
    visit("virtual_size", kept.sealed.virtual_size_bytes);
    visit("checksum_algorithm", kept.sealed.checksum_algorithm);
    visit("checksum", kept.sealed.checksum);
    visit("bytes_written", kept.bytes_written);
}

void members(auto &visit, Of<Rehearsal> auto &rehearsal) {
    visit("at", rehearsal.at);
    visit("guest", rehearsal.guest);
    visit("passed", rehearsal.passed);
    visit("error", rehearsal.error);
    visit("violations", rehearsal.violations);
    visit("kept", rehearsal.kept);
    visit.unless_default("facts", rehearsal.facts);
}

void members(auto &visit, Of<DiskGrowth> auto &growth) {
    visit("size", growth.wish.size_bytes);
    visit("grow", growth.wish.grow);
    visit("state", growth.state);
    visit("before", growth.before_bytes);
    visit("after", growth.after_bytes);
    visit("partition", growth.partition);
    visit("filesystem", growth.filesystem);
    visit("logical_volume", growth.logical_volume);
    visit("grows", growth.grows);
}

void members(auto &visit, Of<OutputWish> auto &wish) {
    visit("format", wish.format);
    visit("compress", wish.compression);
    visit("trim", wish.trim);
}

void members(auto &visit, Of<DeclaredSecret> auto &secret) {
    visit("name", secret.name);
    visit("from", secret.from);
    visit("words", secret.words);
    visit("digest", secret.digest);
}

void members(auto &visit, Of<PlannedRecipe> auto &recipe) {
    visit("path", recipe.path);
    visit("directory", recipe.directory);
    visit("sha256", recipe.sha256);
    visit("name", recipe.name);
}

void members(auto &visit, Of<Target> auto &target) {
    visit("recipe", target.recipe);
    visit("action", target.action);
    visit("reason", target.reason);
    visit("source", target.source);
    visit.optional("asked_source", target.asked_source);
    visit("present", target.present);
    visit("fingerprint", target.fingerprint);
    visit.optional("disk", target.disk);
    visit.optional("output", target.output);
    visit.unless_default("secrets", target.secrets);
    visit("steps", target.steps);
    visit.unless_default("facts", target.facts);
    visit.unless_default("unless_packages", target.unless_packages);
    visit("properties", target.properties);
    visit("publish", target.publish);
    visit("injected", target.injected);
    visit("observed", target.observed);
    visit.derived("preconditions");
    visit("detach", target.detach);
    visit("notes", target.notes);
    visit("mounts", target.mounts);
    visit("limits", target.limits);
    visit("volatile", target.volatile_paths);
    visit("rehearsal", target.rehearsal);
}

/// Without its version and its digest, which stand first and last.
void members(auto &visit, Of<Plan> auto &plan) {
    visit("tool", plan.tool);
    visit("catalog", plan.catalog);
    visit("made_at", plan.made_at);
    visit("expires_at", plan.expires_at);
    visit("targets", plan.targets);
}

// Reports. More digits of a time than those of milliseconds would only be noise.

void members(auto &visit, Of<StepReport> auto &step) {
    visit("id", step.id);
    visit("kind", step.kind);
    visit("origin", step.origin);
    visit("summary", step.summary);
    visit("outcome", step.result.outcome);
    visit("message", step.result.message);
    visit.exit_status("exit_status", step.result.exit_status);
    visit.milliseconds("seconds", step.result.seconds);
    visit("out", step.result.out);
    visit("err", step.result.err);
    visit("effect", step.effect);
}

void members(auto &visit, Of<PhaseTime> auto &phase) {
    visit("name", phase.kind);
    visit.milliseconds("seconds", phase.seconds);
}

void members(auto &visit, Of<TargetReport> auto &target) {
    visit("recipe", target.recipe);
    visit("name", target.name);
    visit("outcome", target.outcome);
    visit("image_id", target.image_id);
    visit("notes", target.notes);
    visit("error", target.error);
    visit("hint", target.hint);
    visit("exit_code", target.exit_code);
    visit("bytes_written", target.bytes_written);
    visit.optional("disk", target.disk);
    visit("phases", target.phases);
    visit("steps", target.steps);
}

/// Without its version, which stands first.
void members(auto &visit, Of<Report> auto &report) {
    visit("run", report.run);
    visit("catalog", report.catalog);
    visit.milliseconds("seconds", report.seconds);
    visit("targets", report.targets);
}

} // namespace retouch::model
