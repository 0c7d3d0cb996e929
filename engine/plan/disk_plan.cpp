// A record need not know how large its disk is; the disk itself tells when the plan is completed.

#include "plan/disk_plan.hpp"

#include "guest/disk_growth.hpp"

namespace retouch::plan {

DiskGrowth not_looked_at(const DiskWish &wish) {
    DiskGrowth growth;
    growth.wish = wish;
    return growth;
}

std::optional<DiskGrowth> disk_by_record(const std::optional<DiskWish> &wish, const Image &source) {
    if (!wish)
        return std::nullopt;
    if (source.virtual_size_bytes == 0)
        return not_looked_at(*wish);
    DiskGrowth growth = guest::foreseen_growth(*wish, source.virtual_size_bytes, std::nullopt);
    growth.state = StepState::unknown;
    return growth;
}

std::optional<DiskGrowth> disk_as_built(const std::optional<DiskWish> &wish) {
    if (!wish)
        return std::nullopt;
    DiskGrowth growth = not_looked_at(*wish);
    growth.state = StepState::unchanged;
    return growth;
}

bool grows_root(const Target &target) {
    return target.disk && target.disk->wish.grow == DiskGrow::root;
}

void foresee_disk(Target &target, std::int64_t bytes, const std::optional<DiskLayout> &layout) {
    if (target.disk)
        target.disk = guest::foreseen_growth(target.disk->wish, bytes, layout);
}

std::int64_t least_min_disk_gib(const std::optional<DiskWish> &wish) {
    constexpr std::int64_t gib = std::int64_t{1} << 30;
    if (!wish)
        return 0;
    return (wish->size_bytes.value_or(0) + gib - 1) / gib;
}

} // namespace retouch::plan
