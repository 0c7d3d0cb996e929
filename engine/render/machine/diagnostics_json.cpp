// Diagnostics as JSON. Lines and columns count from 1; what is not known is left out.
// Texts are as the checks wrote them, made valid UTF-8.
// Source lines are left out: a reader of JSON has the file.

#include "render/machine/diagnostics_json.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace retouch::render {

namespace {

Json position_json(const Position &position) {
    Json json = {{"file", base::to_valid_utf8(position.file)}};
    if (position.line > 0)
        json["line"] = position.line;
    if (position.line > 0 && position.column > 0)
        json["column"] = position.column;
    return json;
}

Json one_json(const Diagnostic &diagnostic) {
    const bool error = diagnostic.severity == Diagnostic::Severity::error;
    Json json = position_json(diagnostic.position);
    json["severity"] = error ? "error" : "warning";
    json["message"] = base::to_valid_utf8(diagnostic.message);
    if (!diagnostic.hint.empty())
        json["hint"] = base::to_valid_utf8(diagnostic.hint);
    if (!diagnostic.related.empty())
        json["related"] = Json::array();
    for (const RelatedPosition &related : diagnostic.related) {
        Json place = position_json(related.position);
        place["message"] = base::to_valid_utf8(related.message);
        json["related"].push_back(std::move(place));
    }
    return json;
}

} // namespace

Json diagnostics_json(const std::vector<Diagnostic> &diagnostics,
                      const std::vector<std::string> &files) {
    Json json;
    json["format_version"] = k_diagnostics_format_version;
    json["valid"] = std::ranges::none_of(diagnostics, [](const Diagnostic &diagnostic) {
        return diagnostic.severity == Diagnostic::Severity::error;
    });
    json["files"] = Json::array();
    for (const std::string &file : files)
        json["files"].push_back(base::to_valid_utf8(file));
    json["diagnostics"] = Json::array();
    for (const Diagnostic &diagnostic : diagnostics)
        json["diagnostics"].push_back(one_json(diagnostic));
    return json;
}

} // namespace retouch::render
