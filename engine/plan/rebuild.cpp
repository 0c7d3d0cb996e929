#include "plan/rebuild.hpp"

#include "base/utc_time.hpp"
#include "plan/fact_values.hpp"

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

RebuildWish rebuild_wish(const Lineage &lineage, const Recipe &recipe,
                         const RebuildOptions &options) {
    if (!lineage.source_record)
        return {};
    if (options.is_asked)
        return {"it is as the recipe says, and is to be built again (--rebuild)"};
    const Image &present = lineage.present.value();
    const auto made_at = base::parse_utc(present.created_at);
    const std::chrono::microseconds age =
        made_at ? base::utc_time_now() - *made_at : std::chrono::microseconds(0);
    if (recipe.rebuild_after && made_at && age >= *recipe.rebuild_after)
        return {fmt::format("it is as the recipe says, but {} old, and is built again after {}",
                            age_text(age), age_text(*recipe.rebuild_after))};
    if (!recipe.rebuild_for_packages || !options.looks_for_packages)
        return {};
    return {"it is as the recipe says, and is built again to see whether packages are newer; only "
            "then it is published",
            packages_of(present)};
}

} // namespace retouch::plan
