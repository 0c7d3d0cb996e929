// Plan to JSON: the documented form, complete, keys in reading order.
// docs/plan.md describes it; plan_reader.cpp is its inverse.
// `preconditions` repeats for readers what other members already say; nobody reads it back.

#include "base/text.hpp"
#include "model/names.hpp"
#include "model/plan_digest.hpp"
#include "model/rehearsal_json.hpp"
#include "retouch/plan.hpp"

#include <algorithm>

namespace retouch {

namespace {

Json image_json(const ImageReference &image) {
    return {{"id", image.id},
            {"name", image.name},
            {"digest", image.digest},
            {"updated_at", image.updated_at},
            {"owner", image.owner}};
}

Json images_json(const std::vector<ImageReference> &images) {
    Json list = Json::array();
    for (const ImageReference &image : images)
        list.push_back(image_json(image));
    return list;
}

/// An object even when there are no entries.
Json map_json(const std::map<std::string, std::string> &entries) {
    Json object = Json::object();
    for (const auto &[key, value] : entries)
        object[key] = value;
    return object;
}

Json step_json(const PlannedStep &planned) {
    const Step &step = planned.step;
    Json object;
    object["id"] = step.id;
    object["kind"] = step.kind;
    object["summary"] = step.summary;
    object["origin"] = {{"file", step.origin.file}, {"line", step.origin.line}};
    object["state"] = to_string(planned.change.state);
    object["reason"] = planned.change.reason;
    object["diff"] = planned.change.diff;
    object["options"] = step.options;
    object["identity"] = step.identity;
    object["rehearsed"] = planned.rehearsed ? to_json(*planned.rehearsed) : Json();
    return object;
}

Json properties_json(const PropertyChanges &changes) {
    Json object;
    object["set"] = map_json(changes.set);
    object["before"] = map_json(changes.before);
    object["remove"] = changes.remove;
    object["keep"] = map_json(changes.keep);
    object["drop"] = changes.drop;
    object["reasons"] = map_json(changes.reasons);
    return object;
}

Json publish_json(const PublishPlan &publish) {
    Json superseded = Json::array();
    for (const Superseded &former : publish.superseded)
        superseded.push_back({{"image", image_json(former.image)},
                              {"policy", to_string(former.policy)},
                              {"new_name", former.new_name}});
    Json object;
    object["name"] = publish.name;
    object["visibility"] = publish.visibility;
    object["disk_format"] = publish.disk_format;
    object["tags"] = publish.tags;
    object["min_disk"] = publish.min_disk_gib;
    object["min_ram"] = publish.min_ram_mib;
    object["protected"] = publish.is_protected;
    object["container_format"] = publish.container_format;
    object["owner"] = publish.owner;
    object["members"] = Json::array();
    for (const ImageMember &member : publish.members)
        object["members"].push_back({{"project", member.project}, {"status", member.status}});
    object["lineage"] = to_string(publish.lineage);
    object["way"] = {{"method", to_string(publish.way.method)}, {"reason", publish.way.reason}};
    object["superseded"] = std::move(superseded);
    object["changed_fields"] = Json::array();
    for (const PublishField field : publish.changed_fields)
        object["changed_fields"].push_back(to_string(field));
    return object;
}

Json injected_json(const std::vector<InjectedFile> &files) {
    Json list = Json::array();
    for (const InjectedFile &file : files)
        list.push_back({{"path", file.path}, {"sha256", file.sha256}, {"size", file.size}});
    return list;
}

Json image_condition(const ImageReference &image) {
    Json condition = {{"kind", "image"}};
    condition.update(image_json(image));
    return condition;
}

/// What apply checks before it writes, in one list.
Json preconditions_json(const Target &target, const PlannedRecipe &recipe) {
    Json list = Json::array();
    if (std::ranges::find(target.observed, target.source.id, &ImageReference::id) ==
        target.observed.end())
        list.push_back(image_condition(target.source));
    for (const ImageReference &image : target.observed)
        list.push_back(image_condition(image));
    list.push_back(
        {{"kind", "no-other-image"}, {"names", {target.source.name, target.publish.name}}});
    if (target.present)
        list.push_back({{"kind", "present"}, {"id", target.present->id}});
    else
        list.push_back(
            {{"kind", "absent"}, {"recipe", recipe.name}, {"name", target.publish.name}});
    if (target.kept() != nullptr)
        return list;
    for (const InjectedFile &file : target.injected)
        list.push_back({{"kind", "file"}, {"path", file.path}, {"sha256", file.sha256}});
    return list;
}

Json mounts_json(const std::vector<MountPoint> &mounts) {
    Json list = Json::array();
    for (const MountPoint &mount : mounts)
        list.push_back({{"path", mount.path},
                        {"device", mount.device},
                        {"filesystem", mount.filesystem},
                        {"subvolume", mount.subvolume}});
    return list;
}

Json target_json(const Target &target, const PlannedRecipe &recipe) {
    Json steps = Json::array();
    for (const PlannedStep &step : target.steps)
        steps.push_back(step_json(step));
    Json object;
    object["action"] = to_string(target.action);
    object["reason"] = target.reason;
    object["source"] = image_json(target.source);
    if (target.asked_source)
        object["asked_source"] = {{"name", target.asked_source->name},
                                  {"owner", target.asked_source->owner}};
    object["present"] = target.present ? image_json(*target.present) : Json();
    object["fingerprint"] = target.fingerprint;
    object["steps"] = std::move(steps);
    object["properties"] = properties_json(target.properties);
    object["publish"] = publish_json(target.publish);
    object["injected"] = injected_json(target.injected);
    object["observed"] = images_json(target.observed);
    object["preconditions"] = preconditions_json(target, recipe);
    object["detach"] = target.detach;
    object["notes"] = target.notes;
    object["mounts"] = mounts_json(target.mounts);
    object["limits"] = to_json(target.limits);
    object["volatile"] = target.volatile_paths;
    object["rehearsal"] = target.rehearsal ? to_json(*target.rehearsal) : Json();
    return object;
}

/// Bytes that are no UTF-8 have no place in JSON: they become U+FFFD, here once for all strings.
Json printable(const Json &document) {
    const std::string text = document.dump(-1, ' ', false, Json::error_handler_t::replace);
    return Json::parse(text);
}

} // namespace

Json to_json(const Plan &plan) {
    Json targets = Json::array();
    for (const Target &target : plan.targets)
        targets.push_back(target_json(target, plan.recipe));
    Json document;
    document["format_version"] = k_plan_format_version;
    document["tool"] = plan.tool;
    document["recipe"] = {{"path", plan.recipe.path},
                          {"directory", plan.recipe.directory},
                          {"sha256", plan.recipe.sha256},
                          {"name", plan.recipe.name}};
    document["catalog"] = plan.catalog;
    document["made_at"] = plan.made_at;
    document["expires_at"] = plan.expires_at;
    document["targets"] = std::move(targets);
    document = printable(document);
    document[k_plan_digest_key] = plan_digest(document);
    return document;
}

} // namespace retouch
