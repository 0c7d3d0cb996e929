#include "plan/saved_plan.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

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

Plan read_plan(const std::string &text) {
    Plan plan = plan_from_json(text);
    require_sound_fields(plan);
    restore_steps(plan);
    return plan;
}

} // namespace retouch::plan
