#pragma once
// What is done to RBD images by name, without opening them: clone, rename, remove. Nothing here
// asks whose image it is; that is for the callers to know.

#include "store/rbd/cluster.hpp"
#include "store/rbd/image_handle.hpp"

#include <string>
#include <vector>

namespace retouch::store {

/// Of all images of the pool. Throws Error.
[[nodiscard]] std::vector<std::string> image_names(const Pool &pool);

struct TrashedImage {
    std::string id; ///< by which it is found in the trash
    std::string name;
    std::string removed; ///< as utc_now() writes it
};

/// Of the trash of the pool. Throws Error.
[[nodiscard]] std::vector<TrashedImage> trashed_images(const Pool &pool);

/// Removes what is in the trash for good, whatever time it was put there for; no error when absent.
/// Throws Error.
void remove_trashed_image(const Pool &pool, const TrashedImage &image);

/// Clones SOURCE@SNAPSHOT, which is in `from`, as `name` in `to`: clone format 2 whatever the
/// cluster prefers, deep-flatten on, no journal, otherwise the source's features and, within its
/// pool, its data pool. Throws Error.
void clone_image(const Cluster &cluster, const Pool &from, const std::string &source,
                 const std::string &snapshot, const Pool &to, const std::string &name);

/// Throws Error: failed when `to` exists.
void rename_image(const Pool &pool, const std::string &from, const std::string &to);

/// Removes an image without snapshots; no error when absent. Waits up to half a minute for a writer
/// that has died. Throws Error: temporary when somebody has it open.
void remove_image(const Pool &pool, const std::string &name);

} // namespace retouch::store
