#include "store/rbd/marked_images.hpp"

#include "base/host_name.hpp"
#include "base/process_space.hpp"
#include "store/rbd/marks.hpp"
#include "store/rbd/pool_images.hpp"

#include <fmt/format.h>
#include <rados/librados.h>

#include <cerrno>
#include <unistd.h>

namespace retouch {

namespace {

std::string announcement_of(const std::string &id) {
    return "retouch.stage." + id;
}

bool is_announced(const Pool &pool, const std::string &id) {
    const int code = rados_stat(pool.get(), announcement_of(id).c_str(), nullptr, nullptr);
    if (code != 0 && code != -ENOENT)
        throw ceph_error("look for an announced stage", code);
    return code == 0;
}

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

} // namespace

void announce_stage(const Pool &pool, const std::string &id) {
    const FullPoolRefusal refusal(pool);
    const int code = rados_write_full(pool.get(), announcement_of(id).c_str(), "", 0);
    if (code != 0)
        throw ceph_error(fmt::format("write to the Ceph pool '{}'", pool.name()), code);
}

void withdraw_stage(const Pool &pool, const std::string &id) {
    const FullPoolRefusal refusal(pool);
    const int code = rados_remove(pool.get(), announcement_of(id).c_str());
    if (code != 0 && code != -ENOENT)
        throw ceph_error(fmt::format("write to the Ceph pool '{}'", pool.name()), code);
}

void mark_as_made_here(ImageHandle &image) {
    image.set_metadata(rbd_marks::k_host, host_name());
    image.set_metadata(rbd_marks::k_space, process_space());
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
    const bool announced = is_announced(pool, id);
    {
        const FullPoolRefusal refusal(pool);
        if (announced || is_marked(pool, stage, id))
            remove_with_snapshots(pool, stage);
        if (is_marked(pool, id, id))
            remove_with_snapshots(pool, id);
    }
    if (announced)
        withdraw_stage(pool, id);
}

} // namespace retouch
