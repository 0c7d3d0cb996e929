// Plan from JSON: reads what documents.cpp writes, and nothing else.
// The text is untrusted: bounds come first, then the version, then every member with its type, and
// last the digest over the whole. Whether the plan still fits the world is apply's question.

#include "base/text.hpp"
#include "base/version.hpp"
#include "model/json_guard.hpp"
#include "model/members.hpp"
#include "model/object_reader.hpp"
#include "model/plan_digest.hpp"
#include "retouch/error.hpp"
#include "retouch/plan.hpp"

#include <fmt/format.h>

namespace retouch {

namespace {

constexpr const char *k_hint = "make a new plan with `retouch plan -o FILE RECIPE`";

struct Version {
    int major = 0;
    int minor = 0;
};

/// "MAJOR.MINOR", each of one to four digits.
std::optional<Version> parse_version(std::string_view text) {
    constexpr std::size_t k_digits = 4;
    const auto number = [](std::string_view digits) -> std::optional<int> {
        if (digits.empty() || digits.size() > k_digits)
            return std::nullopt;
        int value = 0;
        for (const char digit : digits) {
            if (digit < '0' || digit > '9')
                return std::nullopt;
            value = value * 10 + (digit - '0');
        }
        return value;
    };
    const auto dot = text.find('.');
    if (dot == std::string_view::npos)
        return std::nullopt;
    const auto major = number(text.substr(0, dot));
    const auto minor = number(text.substr(dot + 1));
    if (!major || !minor)
        return std::nullopt;
    return Version{*major, *minor};
}

/// Refuses other major versions; says whether the document's minor version is newer than ours.
bool is_newer(model::ObjectReader &document) {
    const std::string text = document.text("format_version");
    const auto version = parse_version(text);
    if (!version)
        throw document.wrong("format_version", "expected MAJOR.MINOR");
    const Version ours = *parse_version(k_plan_format_version);
    if (version->major != ours.major)
        throw Error(ErrorKind::invalid,
                    fmt::format("format version {} is not understood; this is {}, which reads {}.x",
                                text, base::k_tool, ours.major),
                    k_hint);
    return version->minor > ours.minor;
}

} // namespace

Plan plan_from_json(const std::string &text) {
    const Json parsed = model::parse_guarded(text, model::JsonBounds{}, "the plan", k_hint);
    model::DocumentContext context{"the plan is not acceptable", k_hint, false};
    model::ObjectReader document(parsed, {}, context);
    context.unknown_keys = is_newer(document);

    Plan plan;
    model::members(document, plan);
    const std::string digest = document.text(model::k_plan_digest_key);
    document.finish();
    if (digest != model::plan_digest(parsed))
        throw Error(ErrorKind::invalid, "the plan was changed after it was made", k_hint);
    return plan;
}

} // namespace retouch
