#pragma once
// Where a record's bytes are in one Ceph cluster. A record may name several locations, as on clouds
// with a store at each site: copies of the same bytes, of which ours is used. Whether anything is
// there is the store's to find out.

#include "retouch/image.hpp"
#include "store/rbd/cluster.hpp"
#include "store/rbd/location.hpp"

#include <optional>
#include <string>
#include <vector>

namespace retouch::store {

/// Those of `urls` that are in Ceph, as Glance writes it.
[[nodiscard]] std::vector<RbdLocation> locations_in_ceph(const std::vector<std::string> &urls);

/// Of the locations_in_ceph(), the first that is like `wanted` in the most of cluster, pool and
/// image, in this order; nullopt when there are none.
[[nodiscard]] std::optional<RbdLocation> preferred_location(const std::vector<std::string> &urls,
                                                            const RbdLocation &wanted);

/// Where `image`, which names locations, is in `cluster`, in `pool` if it is there, too. Throws
/// Error: refused when it is in none of ours.
[[nodiscard]] RbdLocation location_in(const Cluster &cluster, const std::string &pool,
                                      const Image &image);

} // namespace retouch::store
