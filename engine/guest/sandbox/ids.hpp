#pragma once
// The users and groups of a guest's commands as the kernel that runs them counts: 0 of the guest
// is k_first_outside_id there, in a range no distribution gives to anybody. (Range: to 2^32 - 2.)

#include <cstdint>

namespace retouch::guest {

inline constexpr std::uint32_t k_first_outside_id = 2147483648;
inline constexpr std::uint32_t k_mapped_ids = 2147483647; ///< so ids of the guest end at 2^31 - 2

/// The line for uid_map and gid_map.
inline constexpr const char *k_id_map = "0 2147483648 2147483647\n";

} // namespace retouch::guest
