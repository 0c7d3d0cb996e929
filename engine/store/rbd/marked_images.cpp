#include "store/rbd/marked_images.hpp"

#include "base/host_name.hpp"
#include "base/process_space.hpp"
#include "store/rbd/announcement.hpp"
#include "store/rbd/marks.hpp"
#include "store/rbd/pool_images.hpp"

#include <fmt/format.h>

#include <unistd.h>

namespace retouch::store {

namespace {

void require_no_clones(const Pool &pool, const std::string &name,
                       const std::vector<std::string> &snapshots) {
    for (const std::string &snapshot : snapshots) {
        const auto image = ImageHandle::find(pool, name, ImageHandle::Access::read, snapshot);
        if (image && image->has_children())
            throw Error(
                ErrorKind::refused,
                fmt::format("the RBD image {} is in use: it has clones", image->name()),
                fmt::format("'rbd children {}' lists those that may be seen", image->name()));
    }
}

void remove_with_snapshots(const Pool &pool, const std::string &name) {
    if (auto image = ImageHandle::find(pool, name, ImageHandle::Access::write)) {
        const std::vector<std::string> snapshots = image->snapshots();
        require_no_clones(pool, name, snapshots);
        for (const std::string &snapshot : snapshots)
            image->remove_snapshot(snapshot);
        image->close();
    }
    remove_image(pool, name);
}

bool is_marked(const Pool &pool, const std::string &name, const std::string &id) {
    const auto image = ImageHandle::find(pool, name, ImageHandle::Access::read);
    return image && bears_mark(*image, id);
}

/// The pool's own settings may have put there what was removed. What has snapshots there has
/// clones.
void remove_from_trash(const Pool &pool, const std::string &id) {
    for (const TrashedImage &trashed : trashed_images(pool)) {
        if (trashed.name != id && trashed.name != rbd_marks::stage_name(id))
            continue;
        const auto image = ImageHandle::find_trashed(pool, trashed.id);
        if (image && bears_mark(*image, id) && !image->has_any_snapshot())
            remove_trashed_image(pool, trashed);
    }
}

} // namespace

void mark_as_made_here(ImageHandle &image) {
    image.set_metadata(rbd_marks::k_host, base::host_name());
    image.set_metadata(rbd_marks::k_space, base::process_space());
    image.set_metadata(rbd_marks::k_pid, std::to_string(getpid()));
}

bool bears_mark(const ImageHandle &image, const std::string &id) {
    return image.metadata(rbd_marks::k_stage) == id;
}

void remove_kept_stage(const Pool &pool, const std::string &id) {
    const std::string stage = rbd_marks::stage_name(id);
    const auto is_kept = [&] {
        const auto image = ImageHandle::find(pool, stage, ImageHandle::Access::read);
        return image && bears_mark(*image, id) && image->metadata(rbd_marks::k_kept);
    };
    if (is_kept())
        remove_with_snapshots(pool, stage);
}

void remove_marked_images(const Pool &pool, const std::string &id) {
    const std::string stage = rbd_marks::stage_name(id);
    const bool announced = find_announcement(pool, id).has_value();
    {
        const FullPoolRefusal refusal(pool);
        if (announced || is_marked(pool, stage, id))
            remove_with_snapshots(pool, stage);
        if (is_marked(pool, id, id))
            remove_with_snapshots(pool, id);
    }
    remove_from_trash(pool, id);
    if (announced)
        withdraw_stage(pool, id);
}

} // namespace retouch::store
