// Documents: plan, report and effect as JSON, complete, keys in reading order (members.hpp).
// docs/plan.md and docs/report.md describe them; plan_reader.cpp reads plans back.
// `preconditions` repeats for readers what other members already say; nobody reads it back.

#include "model/json_writer.hpp"
#include "model/members.hpp"
#include "model/plan_digest.hpp"

#include <algorithm>

namespace retouch {

namespace {

Json image_condition(const ImageReference &image) {
    Json condition = {{"kind", "image"}};
    condition.update(model::JsonWriter::written(image));
    return condition;
}

/// What apply checks before it writes, in one list.
Json preconditions_json(const Target &target) {
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
            {{"kind", "absent"}, {"recipe", target.recipe.name}, {"name", target.publish.name}});
    if (target.kept() != nullptr)
        return list;
    for (const InjectedFile &file : target.injected)
        list.push_back({{"kind", "file"}, {"path", file.path}, {"sha256", file.sha256}});
    return list;
}

} // namespace

} // namespace retouch

namespace retouch::model {

Json printable(const Json &value) {
    return Json::parse(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

} // namespace retouch::model

namespace retouch {

Json to_json(const Effect &effect) {
    return model::JsonWriter::written(effect);
}

Json to_json(const Plan &plan) {
    model::JsonWriter writer;
    writer("format_version", std::string(k_plan_format_version));
    model::members(writer, plan);
    Json document = writer.take();
    for (std::size_t i = 0; i < plan.targets.size(); ++i)
        document["targets"][i]["preconditions"] =
            model::printable(preconditions_json(plan.targets[i]));
    document[model::k_plan_digest_key] = model::plan_digest(document);
    return document;
}

Json to_json(const Report &report) {
    model::JsonWriter writer;
    writer("format_version", std::string(k_report_format_version));
    model::members(writer, report);
    return writer.take();
}

} // namespace retouch
