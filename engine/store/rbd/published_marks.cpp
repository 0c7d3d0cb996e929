// Did retouch publish these bytes? A record's properties can be copied by whoever may read them;
// the metadata of an RBD image is written only by who may write to the pool. An image counts as
// ours under its own name alone: a clone inherits what its parent bears.

#include "store/rbd/image_handle.hpp"
#include "store/rbd/marked_images.hpp"
#include "store/rbd/marks.hpp"
#include "store/rbd/rbd_store.hpp"

namespace retouch::store {

namespace {

using Access = ImageHandle::Access;

bool bears_any_mark(const ImageHandle &image, const std::string &id) {
    return bears_mark(image, id) || image.metadata(rbd_marks::k_uploaded) == id;
}

} // namespace

std::optional<bool> RbdStore::is_published_by_us(const Image &image) const {
    const std::optional<RbdLocation> location = location_here(image);
    if (!location)
        return std::nullopt;
    // A record that points at an image of another name points at bytes published for another one.
    if (location->image != image.id)
        return false;
    const auto found = ImageHandle::find(cluster().pool(location->pool), image.id, Access::read);
    if (!found)
        return std::nullopt;
    return bears_any_mark(*found, image.id);
}

std::optional<std::vector<std::string>> RbdStore::clones_of(const Image &image) const {
    const std::optional<RbdLocation> location = location_here(image);
    const auto found = location ? ImageHandle::find(cluster().pool(location->pool), location->image,
                                                    Access::read, location->snapshot)
                                : std::nullopt;
    return found ? found->children() : std::vector<std::string>();
}

void RbdStore::mark_uploaded(const Image &image) const {
    const std::optional<RbdLocation> location = location_here(image);
    if (!location)
        return;
    const Pool pool = cluster().pool(location->pool);
    if (!ImageHandle::find(pool, image.id, Access::read))
        return;
    ImageHandle made(pool, image.id, Access::write);
    made.set_metadata(rbd_marks::k_uploaded, image.id);
    made.close();
}

} // namespace retouch::store
