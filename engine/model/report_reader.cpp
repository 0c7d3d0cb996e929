// Report from JSON: reads what documents.cpp writes, and nothing else. The text may come from
// another host: it is bounded and held against every member's type.

#include "model/json_guard.hpp"
#include "model/members.hpp"
#include "model/object_reader.hpp"
#include "retouch/error.hpp"
#include "retouch/report.hpp"

namespace retouch {

Report report_from_json(const std::string &text) {
    constexpr const char *k_hint = "apply the plan again: what is done stays as it is";
    const Json parsed = model::parse_guarded(text, model::JsonBounds{}, "the report", k_hint);
    model::DocumentContext context{"the report is not acceptable", k_hint, false};
    model::ObjectReader document(parsed, {}, context);
    if (document.text("format_version") != k_report_format_version)
        throw document.wrong("format_version", std::string("expected ") + k_report_format_version);
    Report report;
    model::members(document, report);
    document.finish();
    return report;
}

} // namespace retouch
