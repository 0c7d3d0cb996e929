#include "store/rbd/record_location.hpp"

#include "base/text.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace retouch::store {

namespace {

Error other_cluster(const Image &image, const RbdLocation &location, const std::string &fsid) {
    return {ErrorKind::refused,
            fmt::format("image '{}' ({}) is in another Ceph cluster: its location names {}, "
                        "ours is {}",
                        base::escape(image.name), base::escape(image.id),
                        base::escape(location.fsid), fsid),
            "name that cluster's ceph.conf in retouch.yaml (rbd: conf)"};
}

} // namespace

std::vector<RbdLocation> locations_in_ceph(const std::vector<std::string> &urls) {
    std::vector<RbdLocation> locations;
    for (const std::string &url : urls) {
        try {
            locations.push_back(parse_rbd_location(url));
        } catch (const Error &) {
            // Some other store's, or an old short form that names no snapshot.
        }
    }
    return locations;
}

std::optional<RbdLocation> preferred_location(const std::vector<std::string> &urls,
                                              const RbdLocation &wanted) {
    const std::vector<RbdLocation> locations = locations_in_ceph(urls);
    const auto likeness = [&](const RbdLocation &location) {
        const bool cluster = location.fsid == wanted.fsid;
        const bool pool = cluster && location.pool == wanted.pool;
        return std::tuple(cluster, pool, pool && location.image == wanted.image);
    };
    const auto best = std::ranges::max_element(locations, {}, likeness);
    return best == locations.end() ? std::nullopt : std::optional(*best);
}

RbdLocation location_in(const Cluster &cluster, const std::string &pool, const Image &image) {
    const auto found = preferred_location(image.locations, {cluster.fsid(), pool, image.id, ""});
    if (!found) // says what is wrong with it
        return parse_rbd_location(image.locations.front());
    if (found->fsid != cluster.fsid())
        throw other_cluster(image, *found, cluster.fsid());
    return *found;
}

} // namespace retouch::store
