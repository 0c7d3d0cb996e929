#pragma once
// The disk of a target: what is foreseen of it, and what its record must say. How a root grows is
// for the guest layer.

#include "retouch/facts.hpp"
#include "retouch/image.hpp"
#include "retouch/plan.hpp"
#include "retouch/recipe.hpp"

#include <cstdint>
#include <optional>

namespace retouch::plan {

/// What a recipe alone says.
[[nodiscard]] DiskGrowth not_looked_at(const DiskWish &wish);

/// What is known of it from the source's record alone; nothing where the recipe wants nothing.
/// Throws Error: refused when the disk would become smaller.
[[nodiscard]] std::optional<DiskGrowth> disk_by_record(const std::optional<DiskWish> &wish,
                                                       const Image &source);

/// Of an image that is built already: nothing.
[[nodiscard]] std::optional<DiskGrowth> disk_as_built(const std::optional<DiskWish> &wish);

/// True when how the source's disk is divided must be known.
[[nodiscard]] bool grows_root(const Target &target);

/// Fills in what becomes of the disk of `bytes` that is divided so. Throws Error as
/// guest::foreseen_growth() does.
void foresee_disk(Target &target, std::int64_t bytes, const std::optional<DiskLayout> &layout);

/// The least min_disk of an image with that disk; 0: any.
[[nodiscard]] std::int64_t least_min_disk_gib(const std::optional<DiskWish> &wish);

} // namespace retouch::plan
