// Drift as JSON. The state says in one word what the exit code says in a number, and a little more.
// Texts that may hold anybody's bytes are made valid UTF-8 first.

#include "render/machine/drift_json.hpp"

#include "base/text.hpp"
#include "model/names.hpp"

namespace retouch::render {

namespace {

const char *state_of(const DriftReport &report) {
    if (!report.image)
        return "absent";
    if (!report.drift.empty())
        return "drift";
    return report.pending.empty() ? "none" : "pending";
}

Json image_of(const DriftReport &report) {
    if (!report.image)
        return nullptr;
    return {{"id", base::to_valid_utf8(report.image->id)},
            {"name", base::to_valid_utf8(report.image->name)}};
}

Json sentences(const std::vector<std::string> &list) {
    Json json = Json::array();
    for (const std::string &sentence : list)
        json.push_back(base::to_valid_utf8(sentence));
    return json;
}

} // namespace

Json drift_json(const DriftReport &report) {
    Json drift = Json::array();
    for (const Deviation &deviation : report.drift)
        drift.push_back({{"kind", model::to_string(deviation.kind)},
                         {"what", base::to_valid_utf8(deviation.what)},
                         {"expected", base::to_valid_utf8(deviation.expected)},
                         {"found", base::to_valid_utf8(deviation.found)},
                         {"apply_fixes", deviation.apply_fixes},
                         {"remedy", base::to_valid_utf8(deviation.remedy)}});
    return {{"format_version", k_drift_format_version},
            {"recipe",
             {{"path", base::to_valid_utf8(report.recipe.path)},
              {"sha256", report.recipe.sha256},
              {"name", base::to_valid_utf8(report.recipe.name)}}},
            {"catalog", base::to_valid_utf8(report.catalog)},
            {"state", state_of(report)},
            {"image", image_of(report)},
            {"drift", std::move(drift)},
            {"pending", sentences(report.pending)},
            {"unchecked", sentences(report.unchecked)}};
}

} // namespace retouch::render
