#pragma once
// Descriptors: how many files and sockets this process may have open at once. What work needs is
// known before it begins; running out in the middle of it helps nobody. Programs that are started
// get the limit back that this process began with.

#include <cstdint>
#include <optional>
#include <sys/resource.h>

namespace retouch::base {

/// What a run has open at most, other than the sockets to a Ceph cluster's daemons.
inline constexpr std::uint64_t k_descriptors_of_a_run = 128;

/// Raises the soft limit where it is lower than `needed`, up to the hard limit. True when `needed`
/// is within it now.
bool raise_descriptors(std::uint64_t needed);

/// The same. Throws Error: unavailable when the hard limit is lower.
void require_descriptors(std::uint64_t needed);

/// The limit this process began with; nullopt when it still holds.
[[nodiscard]] std::optional<rlimit> former_descriptor_limit();

} // namespace retouch::base
