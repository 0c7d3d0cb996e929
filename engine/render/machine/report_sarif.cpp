// SARIF: two rules, since a recipe's mistakes have no catalogue of their own: what makes a recipe
// unusable, and what is only doubtful. Paths become URI references, so that viewers find the file.

#include "render/machine/report_sarif.hpp"

#include "base/text.hpp"
#include "base/version.hpp"

#include <fmt/format.h>

namespace retouch::render {

namespace {

constexpr const char *k_schema = "https://json.schemastore.org/sarif-2.1.0.json";
constexpr const char *k_mistake = "recipe-mistake";
constexpr const char *k_doubt = "recipe-doubt";

bool is_error(const Diagnostic &diagnostic) {
    return diagnostic.severity == Diagnostic::Severity::error;
}

/// A path as a URI reference; absolute ones become file:// URIs.
std::string uri_of(std::string_view path) {
    constexpr std::string_view k_plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    while (path.starts_with("./"))
        path.remove_prefix(2);
    std::string uri = path.starts_with('/') ? "file://" : "";
    for (const char byte : path) {
        if (k_plain.find(byte) != std::string_view::npos)
            uri += byte;
        else
            uri += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(byte)));
    }
    return uri;
}

Json location_of(const Position &position, const std::string &source_line) {
    Json physical = {{"artifactLocation", {{"uri", uri_of(position.file)}}}};
    if (position.line > 0) {
        Json region = {{"startLine", position.line}};
        if (position.column > 0)
            region["startColumn"] = position.column;
        if (!source_line.empty())
            region["snippet"] = {{"text", base::to_valid_utf8(source_line)}};
        physical["region"] = std::move(region);
    }
    return {{"physicalLocation", std::move(physical)}};
}

Json result_of(const Diagnostic &diagnostic) {
    std::string text = diagnostic.message;
    if (!diagnostic.hint.empty())
        text += "; " + diagnostic.hint;
    Json result = {
        {"ruleId", is_error(diagnostic) ? k_mistake : k_doubt},
        {"ruleIndex", is_error(diagnostic) ? 0 : 1},
        {"level", is_error(diagnostic) ? "error" : "warning"},
        {"message", {{"text", base::to_valid_utf8(text)}}},
        {"locations", Json::array({location_of(diagnostic.position, diagnostic.source_line)})}};
    Json related = Json::array();
    for (const RelatedPosition &place : diagnostic.related) {
        Json location = location_of(place.position, place.source_line);
        location["id"] = related.size();
        location["message"] = {{"text", base::to_valid_utf8(place.message)}};
        related.push_back(std::move(location));
    }
    if (!related.empty())
        result["relatedLocations"] = std::move(related);
    return result;
}

Json rule(const char *id, const char *text, const char *level) {
    return {{"id", id},
            {"shortDescription", {{"text", text}}},
            {"defaultConfiguration", {{"level", level}}}};
}

} // namespace

Json sarif_of_check(const std::vector<Diagnostic> &diagnostics) {
    Json results = Json::array();
    for (const Diagnostic &diagnostic : diagnostics)
        results.push_back(result_of(diagnostic));
    Json driver = {
        {"name", "retouch"},
        {"version", base::k_version},
        {"rules",
         Json::array({rule(k_mistake, "The recipe is not valid.", "error"),
                      rule(k_doubt, "The recipe is valid, but may not be meant so.", "warning")})}};
    Json invocation = {{"executionSuccessful", true}};
    Json run = {{"tool", {{"driver", std::move(driver)}}},
                {"columnKind", "unicodeCodePoints"},
                {"invocations", Json::array({std::move(invocation)})},
                {"results", std::move(results)}};
    return {{"$schema", k_schema}, {"version", "2.1.0"}, {"runs", Json::array({std::move(run)})}};
}

} // namespace retouch::render
