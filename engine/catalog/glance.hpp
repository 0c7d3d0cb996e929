#pragma once
// The Glance catalog: the image service of an OpenStack cloud, its bytes in Ceph RBD where this
// host reaches them, and sent and fetched through the service where it does not.

#include "catalog/glance/clouds.hpp"
#include "retouch/catalog.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace retouch::catalog {

struct GlanceOptions {
    std::string name; ///< in retouch.yaml
    CloudSettings cloud;
    RbdAccess rbd;
    std::string pool;                            ///< where Glance keeps images
    std::string scratch_pool;                    ///< for rehearsals; empty: that of the images
    std::vector<std::string> source_owners = {}; ///< see CatalogView
    /// Absolute, private to the user; created when needed. Journals and sockets of runs.
    std::filesystem::path state_directory;
    /// Absolute; created when needed. Images that had to be downloaded.
    std::filesystem::path cache_directory;
};

/// Asks nobody anything yet. The calls of the catalog throw Error as said there, with the request's
/// id where the cloud refused.
[[nodiscard]] std::unique_ptr<Catalog> open_glance_catalog(const GlanceOptions &options);

/// The same, for looking only.
[[nodiscard]] std::unique_ptr<CatalogView> view_glance_catalog(const GlanceOptions &options);

} // namespace retouch::catalog
