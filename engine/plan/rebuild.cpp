#include "plan/rebuild.hpp"

#include "base/utc_time.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>

namespace retouch::plan {

namespace {

std::string age_text(std::chrono::microseconds age) {
    constexpr std::int64_t k_day = 24;
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(age).count();
    return hours < 2 * k_day ? fmt::format("{} hours", hours)
                             : fmt::format("{} days", hours / k_day);
}

} // namespace

std::string reason_to_rebuild(const Lineage &lineage, const Recipe &recipe, bool is_asked) {
    if (!lineage.source_record)
        return {};
    if (is_asked)
        return "it is as the recipe says, and is to be built again (--rebuild)";
    const auto made_at = base::parse_utc(lineage.present.value().created_at);
    if (!recipe.rebuild_after || !made_at)
        return {};
    const std::chrono::microseconds age = base::utc_time_now() - *made_at;
    if (age < *recipe.rebuild_after)
        return {};
    return fmt::format("it is as the recipe says, but {} old, and is built again after {}",
                       age_text(age), age_text(*recipe.rebuild_after));
}

} // namespace retouch::plan
