#include "recipe/policy/policy.hpp"

#include "recipe/policy/policy_judge.hpp"
#include "recipe/policy/policy_reader.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "model/json_guard.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace retouch::recipe {

namespace {

constexpr std::size_t k_largest_policy = std::size_t{1024} * 1024;

std::string with_lines(const std::string &text, const std::vector<std::string> &lines) {
    return fmt::format("{}\n  {}", text, fmt::join(lines, "\n  "));
}

std::string name_of(const std::filesystem::path &file) {
    return fmt::format("the policy {}", base::escape(file.string()));
}

} // namespace

Policy::Policy(const std::filesystem::path &file) : file_(file) {
    const std::string subject = name_of(file);
    const std::string hint = "a policy is a draft-07 JSON Schema; docs/reviewing.md has examples";
    std::vector<std::string> mistakes;
    schemas_ = read_policy(model::parse_guarded(base::read_file(file, k_largest_policy),
                                                model::JsonBounds{}, subject, hint),
                           mistakes);
    if (!mistakes.empty())
        throw Error(ErrorKind::invalid, with_lines(subject + " cannot be used:", mistakes), hint);
}

std::vector<std::string> Policy::findings(const Json &document) const {
    return judge_policy(schemas_.front(), document, name_of(file_));
}

void Policy::require(const Json &document) const {
    const std::vector<std::string> lines = findings(document);
    if (!lines.empty())
        throw Error(ErrorKind::refused,
                    with_lines("the plan does not satisfy " + name_of(file_), lines),
                    "change the recipe, or have the policy changed by those who own it");
}

} // namespace retouch::recipe
