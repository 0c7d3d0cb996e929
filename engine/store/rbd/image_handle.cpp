#include "store/rbd/image_handle.hpp"

#include "base/text.hpp"
#include "store/rbd/librados.hpp"
#include "store/rbd/librbd.hpp"
#include "store/rbd/settle.hpp"

#include <fmt/format.h>

#include <cerrno>

namespace retouch::store {

namespace {

extern "C" int go_on(std::uint64_t, std::uint64_t, void *) {
    return 0;
}

std::string name_of(const Pool &pool, const std::string &image, const std::string &snapshot) {
    const std::string name = base::escape(pool.name()) + '/' + base::escape(image);
    return snapshot.empty() ? name : name + '@' + base::escape(snapshot);
}

const char *null_when_empty(const std::string &text) {
    return text.empty() ? nullptr : text.c_str();
}

int open_image(const Pool &pool, const std::string &image, ImageHandle::Access access,
               const std::string &snapshot, rbd_image_t *handle) {
    const auto &open = access == ImageHandle::Access::read ? rbd_open_read_only : rbd_open;
    const int code = open(pool.get(), image.c_str(), handle, null_when_empty(snapshot));
    if (code == 0)
        settle(pool.get(), *handle);
    return code;
}

/// What librbd fills in and wants back.
struct ParentSpec {
    rbd_linked_image_spec_t image{};
    rbd_snap_spec_t snapshot{};

    ParentSpec() = default;

    ~ParentSpec() {
        rbd_linked_image_spec_cleanup(&image);
        rbd_snap_spec_cleanup(&snapshot);
    }

    ParentSpec(const ParentSpec &) = delete;
    ParentSpec &operator=(const ParentSpec &) = delete;
};

std::string text_of(const char *text) {
    return text == nullptr ? std::string() : std::string(text);
}

} // namespace

ImageHandle::ImageHandle(const Pool &pool, const std::string &image, Access access,
                         const std::string &snapshot)
    : name_(name_of(pool, image, snapshot)) {
    const int code = open_image(pool, image, access, snapshot, &handle_);
    if (code == -ENOENT)
        throw Error(ErrorKind::failed, fmt::format("the RBD image {} is not there", name_));
    check(code, "open");
}

std::optional<ImageHandle> ImageHandle::find(const Pool &pool, const std::string &image,
                                             Access access, const std::string &snapshot) {
    rbd_image_t handle = nullptr;
    const int code = open_image(pool, image, access, snapshot, &handle);
    if (code == -ENOENT)
        return std::nullopt;
    const std::string name = name_of(pool, image, snapshot);
    if (code != 0)
        throw ceph_error(fmt::format("open the RBD image {}", name), code);
    return ImageHandle(handle, name);
}

ImageHandle ImageHandle::open_parent(const Cluster &cluster, const RbdParent &parent) {
    const Pool pool = cluster.pool(parent.pool);
    rados_ioctx_set_namespace(pool.get(), parent.pool_namespace.c_str());
    ImageHandle image(nullptr, name_of(pool, parent.image, parent.snapshot));
    image.check(
        rbd_open_by_id_read_only(pool.get(), parent.image_id.c_str(), &image.handle_, nullptr),
        "open");
    settle(pool.get(), image.handle_);
    image.check(rbd_snap_set_by_id(image.handle_, parent.snapshot_id), "open");
    return image;
}

std::optional<ImageHandle> ImageHandle::find_trashed(const Pool &pool,
                                                     const std::string &internal_id) {
    rbd_image_t handle = nullptr;
    const int code = rbd_open_by_id_read_only(pool.get(), internal_id.c_str(), &handle, nullptr);
    if (code == -ENOENT)
        return std::nullopt;
    const std::string name = name_of(pool, internal_id, "");
    if (code != 0)
        throw ceph_error(fmt::format("open the RBD image {} in the trash", name), code);
    settle(pool.get(), handle);
    return ImageHandle(handle, name);
}

ImageHandle::~ImageHandle() {
    if (handle_ != nullptr)
        rbd_close(handle_);
}

void ImageHandle::check(int code, std::string_view doing) const {
    if (code < 0)
        throw ceph_error(fmt::format("{} the RBD image {}", doing, name_), code);
}

void ImageHandle::close() {
    check(rbd_close(std::exchange(handle_, nullptr)), "close");
}

std::uint64_t ImageHandle::size() const {
    std::uint64_t size = 0;
    check(rbd_get_size(handle_, &size), "read the size of");
    return size;
}

std::uint64_t ImageHandle::object_size() const {
    rbd_image_info_t info{};
    check(rbd_stat(handle_, &info, sizeof info), "read the layout of");
    return info.obj_size;
}

void ImageHandle::grow(std::uint64_t bytes) {
    check(rbd_resize2(handle_, bytes, false, go_on, nullptr), "make larger");
}

void ImageHandle::enable(std::uint64_t features) {
    if (const std::uint64_t missing = features & ~this->features(); missing != 0)
        check(rbd_update_features(handle_, missing, 1), "add features to");
}

std::uint64_t ImageHandle::features() const {
    std::uint64_t features = 0;
    check(rbd_get_features(handle_, &features), "read the features of");
    return features;
}

std::string ImageHandle::internal_id() const {
    std::string id(256, '\0');
    check(rbd_get_id(handle_, id.data(), id.size()), "read the id of");
    return id.c_str();
}

std::uint64_t ImageHandle::snapshot_id(const std::string &snapshot) const {
    std::uint64_t id = 0;
    check(rbd_snap_get_id(handle_, snapshot.c_str(), &id),
          fmt::format("look at the snapshot '{}' of", base::escape(snapshot)));
    return id;
}

std::int64_t ImageHandle::data_pool_id() const {
    return rbd_get_data_pool_id(handle_);
}

std::optional<RbdParent> ImageHandle::parent() const {
    ParentSpec spec;
    const int code = rbd_get_parent(handle_, &spec.image, &spec.snapshot);
    if (code == -ENOENT)
        return std::nullopt;
    check(code, "read the parent of");
    return RbdParent{.pool = text_of(spec.image.pool_name),
                     .pool_namespace = text_of(spec.image.pool_namespace),
                     .image = text_of(spec.image.image_name),
                     .image_id = text_of(spec.image.image_id),
                     .snapshot = text_of(spec.snapshot.name),
                     .snapshot_id = spec.snapshot.id};
}

bool ImageHandle::has_children() const {
    std::size_t room = 0;
    const int code = rbd_list_children3(handle_, nullptr, &room);
    // A child in a pool we may not read cannot be told apart from missing rights.
    if (code == -ERANGE || code == -EPERM || code == -EACCES)
        return true;
    check(code, "list the clones of");
    return false;
}

std::optional<std::vector<std::string>> ImageHandle::children() const {
    std::vector<rbd_linked_image_spec_t> listed(16);
    std::size_t count = listed.size();
    int code = 0;
    while ((code = rbd_list_children3(handle_, listed.data(), &count)) == -ERANGE)
        listed.resize(count);
    if (code == -EPERM || code == -EACCES)
        return std::nullopt;
    check(code, "list the clones of");
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i)
        names.push_back(fmt::format("{}/{}{}", base::escape(listed[i].pool_name),
                                    base::escape(listed[i].image_name),
                                    listed[i].trash ? " (in the trash)" : ""));
    rbd_linked_image_spec_list_cleanup(listed.data(), count);
    return names;
}

std::vector<std::string> ImageHandle::watchers() const {
    std::vector<rbd_image_watcher_t> listed(16);
    std::size_t count = listed.size();
    int code = 0;
    while ((code = rbd_watchers_list(handle_, listed.data(), &count)) == -ERANGE)
        listed.resize(count);
    check(code, "list the writers of");
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i)
        names.push_back(fmt::format("client.{} at {}", listed[i].id, base::escape(listed[i].addr)));
    rbd_watchers_list_cleanup(listed.data(), count);
    return names;
}

std::vector<std::string> ImageHandle::snapshots() const {
    std::vector<rbd_snap_info_t> listed(16);
    int count = static_cast<int>(listed.size());
    int code = 0;
    while ((code = rbd_snap_list(handle_, listed.data(), &count)) == -ERANGE)
        listed.resize(static_cast<std::size_t>(count));
    check(code, "list the snapshots of");
    std::vector<std::string> names;
    for (int i = 0; i < code; ++i) {
        const rbd_snap_info_t &snapshot = listed[static_cast<std::size_t>(i)];
        rbd_snap_namespace_type_t kind{};
        if (rbd_snap_get_namespace_type(handle_, snapshot.id, &kind) == 0 &&
            kind == RBD_SNAP_NAMESPACE_TYPE_USER)
            names.emplace_back(snapshot.name);
    }
    if (code > 0)
        rbd_snap_list_end(listed.data());
    return names;
}

bool ImageHandle::has_any_snapshot() const {
    rbd_snap_info_t only_the_end{};
    int room = 1;
    const int code = rbd_snap_list(handle_, &only_the_end, &room);
    if (code != -ERANGE)
        check(code, "list the snapshots of");
    return code == -ERANGE;
}

bool ImageHandle::is_protected(const std::string &snapshot) const {
    int is_protected = 0;
    check(rbd_snap_is_protected(handle_, snapshot.c_str(), &is_protected),
          fmt::format("look at the snapshot '{}' of", base::escape(snapshot)));
    return is_protected != 0;
}

void ImageHandle::create_snapshot(const std::string &snapshot) {
    check(
        rbd_snap_create2(handle_, snapshot.c_str(), RBD_SNAP_CREATE_SKIP_QUIESCE, nullptr, nullptr),
        fmt::format("take the snapshot '{}' of", base::escape(snapshot)));
}

void ImageHandle::rename_snapshot(const std::string &snapshot, const std::string &name) {
    check(rbd_snap_rename(handle_, snapshot.c_str(), name.c_str()),
          fmt::format("rename the snapshot '{}' of", base::escape(snapshot)));
}

void ImageHandle::protect(const std::string &snapshot) {
    const int code = rbd_snap_protect(handle_, snapshot.c_str());
    if (code != -EBUSY) // it is protected already
        check(code, fmt::format("protect the snapshot '{}' of", base::escape(snapshot)));
}

void ImageHandle::remove_snapshot(const std::string &snapshot) {
    int is_protected = 0;
    int code = rbd_snap_is_protected(handle_, snapshot.c_str(), &is_protected);
    if (code == -ENOENT)
        return;
    const std::string which = fmt::format("the snapshot '{}' of", base::escape(snapshot));
    check(code, "look at " + which);
    if (is_protected != 0)
        check(rbd_snap_unprotect(handle_, snapshot.c_str()), "unprotect " + which);
    code = rbd_snap_remove(handle_, snapshot.c_str());
    if (code != -ENOENT)
        check(code, "remove " + which);
}

std::optional<std::string> ImageHandle::metadata(const std::string &key) const {
    std::string value(1024, '\0');
    std::size_t length = value.size();
    int code = 0;
    while ((code = rbd_metadata_get(handle_, key.c_str(), value.data(), &length)) == -ERANGE)
        value.resize(length);
    if (code == -ENOENT)
        return std::nullopt;
    check(code, "read the image-meta of");
    return value.c_str();
}

void ImageHandle::set_metadata(const std::string &key, const std::string &value) {
    check(rbd_metadata_set(handle_, key.c_str(), value.c_str()), "write the image-meta of");
}

void ImageHandle::remove_metadata(const std::string &key) {
    const int code = rbd_metadata_remove(handle_, key.c_str());
    if (code != -ENOENT)
        check(code, "change the image-meta of");
}

std::size_t ImageHandle::read(std::uint64_t offset, std::span<char> buffer) const {
    const ssize_t got = rbd_read(handle_, offset, buffer.size(), buffer.data());
    check(static_cast<int>(std::min<ssize_t>(got, 0)), "read");
    return static_cast<std::size_t>(got);
}

} // namespace retouch::store
