#include "plan/saved_plan.hpp"

#include "base/text.hpp"
#include "plan/shared_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace retouch::plan {

namespace {

/// In bytes; what recipes' readers say may quote a whole text of the plan.
constexpr std::size_t k_longest_reason = 500;

std::string cut(const std::string &text) {
    if (text.size() <= k_longest_reason)
        return text;
    return base::to_valid_utf8(text.substr(0, k_longest_reason)) + " ...";
}

} // namespace

Error unacceptable(const std::string &place, const std::string &what) {
    return {ErrorKind::invalid,
            fmt::format("the plan is not acceptable: {}: {}", cut(place), cut(what)),
            "make a new plan with `retouch plan -o FILE RECIPE`"};
}

std::string name_in_file(const std::string &name, const std::string &place) {
    constexpr std::size_t k_longest_row = 64;
    const std::size_t slash = name.find('/');
    if (slash == name.npos)
        return name;
    const std::string_view row = std::string_view(name).substr(slash + 1);
    const bool is_row =
        !row.empty() && row.size() <= k_longest_row && std::ranges::all_of(row, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '.' || c == '_' || c == '-';
        });
    if (!is_row)
        throw unacceptable(place, "what stands behind '/' is the name of no row");
    return name.substr(0, slash);
}

Plan read_plan(const std::string &text) {
    Plan plan = plan_from_json(text);
    require_sound_fields(plan);
    restore_steps(plan);
    if (const std::string shared = shared_name_in(plan); !shared.empty())
        throw unacceptable("targets", shared);
    return plan;
}

} // namespace retouch::plan
