#include "recipe/policy.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "model/json_guard.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <set>

namespace retouch {

namespace {

using PlainJson = nlohmann::json; // what valijson's adapter takes

constexpr std::size_t k_largest_policy = std::size_t{1024} * 1024;
constexpr std::size_t k_longest_text = 4096;
constexpr std::size_t k_most_findings = 50;

PlainJson shortened(const Json &document) {
    if (document.is_string()) {
        const auto &text = document.get_ref<const std::string &>();
        return to_valid_utf8(std::string_view(text).substr(0, k_longest_text));
    }
    if (document.is_array()) {
        PlainJson copy = PlainJson::array();
        for (const Json &item : document)
            copy.push_back(shortened(item));
        return copy;
    }
    if (!document.is_object())
        return PlainJson(document);
    PlainJson copy = PlainJson::object();
    for (const auto &[key, item] : document.items())
        copy[key] = shortened(item);
    return copy;
}

/// valijson's "<root>", "[targets]", "[0]" as "targets[0]".
std::string place(const std::vector<std::string> &context) {
    std::string text;
    for (const std::string &step : context) {
        if (step.size() < 2 || step.front() != '[')
            continue;
        const std::string name = step.substr(1, step.size() - 2);
        if (name.find_first_not_of("0123456789") == std::string::npos)
            text += step;
        else
            text += (text.empty() ? "" : ".") + name;
    }
    return text.empty() ? "the plan" : text;
}

} // namespace

struct Policy::Prepared {
    valijson::Schema compiled;
};

Policy::Policy(const std::filesystem::path &file) : file_(file) {
    const std::string subject = fmt::format("the policy {}", escape(file.string()));
    const std::string hint = "a policy is a draft-07 JSON Schema; docs/reviewing.md has examples";
    const PlainJson schema = PlainJson::parse(
        parse_guarded(read_file(file, k_largest_policy), JsonBounds{}, subject, hint).dump());
    auto prepared = std::make_unique<Prepared>();
    try {
        valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
        parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(schema), prepared->compiled);
    } catch (const std::exception &error) {
        throw Error(ErrorKind::invalid,
                    fmt::format("{} is no JSON Schema: {}", subject, escape(error.what())), hint);
    }
    prepared_ = std::move(prepared);
}

Policy::~Policy() = default;

std::vector<std::string> Policy::findings(const Json &document) const {
    const PlainJson plain = shortened(document);
    valijson::Validator validator;
    valijson::ValidationResults results;
    std::vector<std::string> lines;
    if (validator.validate(prepared_->compiled, valijson::adapters::NlohmannJsonAdapter(plain),
                           &results))
        return lines;
    const auto explains = [](const auto &inner, const auto &outer) {
        return inner.context.size() > outer.context.size() &&
               std::equal(outer.context.begin(), outer.context.end(), inner.context.begin());
    };
    std::set<std::string> seen;
    for (const auto &error : results) {
        // What fails because of something inside it says nothing more.
        if (std::ranges::any_of(results, [&](const auto &other) { return explains(other, error); }))
            continue;
        std::string line = escape(place(error.context) + ": " + error.description);
        if (seen.insert(line).second && lines.size() < k_most_findings)
            lines.push_back(std::move(line));
    }
    return lines;
}

void Policy::require(const Json &document) const {
    std::string text;
    for (const std::string &line : findings(document))
        text += "\n  " + line;
    if (!text.empty())
        throw Error(
            ErrorKind::refused,
            fmt::format("the plan does not satisfy the policy {}{}", escape(file_.string()), text),
            "change the recipe, or have the policy changed by those who own it");
}

} // namespace retouch
