// Flattening: the one long act of the store. What is flattened, and whether, is not decided here.

#include "store/rbd/image_handle.hpp"
#include "store/rbd/long_call.hpp"
#include "store/rbd/object_maps.hpp"

#include <cerrno>

namespace retouch {

void ImageHandle::flatten(const WorkProgress &progress) {
    if (parent()) {
        put_object_maps_aside(*this);
        const int code = run_long_call(rbd_flatten_with_progress, handle_, object_size(), progress);
        // EINVAL: another client has completed it meanwhile.
        if (code != -EINVAL || parent())
            check(code, "detach");
    }
    make_object_maps_again(*this, progress);
}

} // namespace retouch
