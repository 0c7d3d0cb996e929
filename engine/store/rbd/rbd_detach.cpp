// Detaching a published image of ours from its source. While its own data is completed the image is
// open for writing, so that Glance, asked to delete it then, takes away the snapshot and fails at
// the image (glance_store's rbd driver, 2023.1 to 2026.1): afterwards the snapshot is looked at.

#include "store/rbd/flatten.hpp"
#include "store/rbd/image_handle.hpp"
#include "store/rbd/marked_images.hpp"
#include "store/rbd/marks.hpp"
#include "store/rbd/object_maps.hpp"
#include "store/rbd/rbd_store.hpp"
#include "store/rbd/record_location.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::store {

namespace {

using Access = ImageHandle::Access;

/// The RBD image at `location`, which `image` was published as.
ImageHandle published_image(const Cluster &cluster, const Image &image,
                            const RbdLocation &location) {
    auto found = ImageHandle::find(cluster.pool(location.pool), location.image, Access::read);
    if (!found)
        throw Error(
            ErrorKind::refused,
            fmt::format("the bytes of image '{}' ({}) are lost: there is no RBD image {}/{}",
                        base::escape(image.name), base::escape(image.id),
                        base::escape(location.pool), base::escape(location.image)),
            fmt::format("restore them, or: retouch remove {} --yes", base::escape(image.id)));
    return *std::move(found);
}

bool is_complete(const ImageHandle &image) {
    return !image.parent() && !object_maps_are_aside(image);
}

bool has_protected_snapshot(const ImageHandle &image) {
    const std::vector<std::string> all = image.snapshots();
    return std::ranges::find(all, rbd_marks::k_snapshot) != all.end() &&
           image.is_protected(rbd_marks::k_snapshot);
}

/// What is left of the image is what was published, as far as can be told.
void require_size(const ImageHandle &image, const Image &record) {
    if (image.size() != static_cast<std::uint64_t>(std::max<std::int64_t>(0, record.size)))
        throw Error(ErrorKind::failed,
                    fmt::format("the snapshot '{}' of the RBD image {} is gone, and the image has "
                                "{} bytes instead of {}",
                                rbd_marks::k_snapshot, image.name(), image.size(), record.size),
                    fmt::format("its bytes cannot be trusted: retouch remove {} --yes, and apply",
                                base::escape(record.id)));
}

/// Of an image nobody but us writes to.
std::vector<std::string> put_snapshot_back(const Pool &pool, const Image &record) {
    if (has_protected_snapshot(ImageHandle(pool, record.id, Access::read)))
        return {};
    ImageHandle image(pool, record.id, Access::write);
    const std::vector<std::string> all = image.snapshots();
    if (std::ranges::find(all, rbd_marks::k_snapshot) == all.end()) {
        require_size(image, record);
        image.create_snapshot(rbd_marks::k_snapshot);
    }
    image.protect(rbd_marks::k_snapshot);
    image.close();
    return {fmt::format("somebody tried to delete image {} while it was open: its snapshot {}@{} "
                        "was gone or unprotected, and was put back",
                        base::escape(record.id), image.name(), rbd_marks::k_snapshot)};
}

} // namespace

/// nullopt when its bytes are outside Ceph, and share nothing.
std::optional<RbdLocation> RbdStore::published_location(const Image &image) const {
    const auto here = location_here(image);
    if (!here && std::ranges::any_of(image.locations, is_rbd_location))
        return location_in(cluster(), pool_, image); // which says why not
    return here;
}

bool RbdStore::shares_data(const Image &image) const {
    const auto location = published_location(image);
    if (!location)
        return false;
    return !is_complete(published_image(cluster(), image, *location));
}

std::vector<std::string> RbdStore::detach(const Image &image, const WorkProgress &progress) {
    const auto location = published_location(image);
    if (!location)
        return {};
    const Pool pool = cluster().pool(location->pool);
    const ImageHandle found = published_image(cluster(), image, *location);
    const bool complete = is_complete(found);
    if (!bears_mark(found, image.id) || location->image != image.id) {
        if (complete)
            return {};
        throw Error(ErrorKind::refused,
                    fmt::format("the RBD image {} depends on another one, but is not ours to "
                                "detach",
                                found.name()));
    }
    if (!complete)
        flatten_image(cluster().access(), pool.name(), location->image, progress);
    const FullPoolRefusal refusal(pool);
    return put_snapshot_back(pool, image);
}

} // namespace retouch::store
