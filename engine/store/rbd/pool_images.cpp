#include "store/rbd/pool_images.hpp"

#include "base/text.hpp"
#include "store/rbd/librbd.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cerrno>

namespace retouch::store {

namespace {

/// What a clone takes over from its source. The rest is either set by librbd or must not be copied.
/// A journal comes with publishing: where journals are mirrored, every stage would be.
constexpr std::uint64_t k_inherited =
    RBD_FEATURE_EXCLUSIVE_LOCK | RBD_FEATURE_OBJECT_MAP | RBD_FEATURE_FAST_DIFF;
/// Without deep-flatten a snapshot would keep its parent for ever.
constexpr std::uint64_t k_needed = RBD_FEATURE_LAYERING | RBD_FEATURE_DEEP_FLATTEN;

class ImageOptions {
  public:
    ImageOptions() { rbd_image_options_create(&options_); }

    ~ImageOptions() { rbd_image_options_destroy(options_); }

    ImageOptions(const ImageOptions &) = delete;
    ImageOptions &operator=(const ImageOptions &) = delete;

    void set(int option, std::uint64_t value) {
        check(rbd_image_options_set_uint64(options_, option, value));
    }

    void set(int option, const std::string &value) {
        check(rbd_image_options_set_string(options_, option, value.c_str()));
    }

    [[nodiscard]] rbd_image_options_t get() const { return options_; }

  private:
    static void check(int code) {
        if (code != 0)
            throw ceph_error("set an option of a clone", code);
    }

    rbd_image_options_t options_ = nullptr;
};

std::string full_name(const Pool &pool, const std::string &image) {
    return base::escape(pool.name()) + '/' + base::escape(image);
}

} // namespace

std::vector<std::string> image_names(const Pool &pool) {
    std::size_t count = 0;
    std::vector<rbd_image_spec_t> images;
    int code = 0;
    while ((code = rbd_list2(pool.get(), images.data(), &count)) == -ERANGE)
        images.resize(count);
    if (code < 0)
        throw ceph_error(
            fmt::format("list the images of the Ceph pool '{}'", base::escape(pool.name())), code);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i)
        names.emplace_back(images[i].name);
    rbd_image_spec_list_cleanup(images.data(), count);
    return names;
}

std::vector<TrashedImage> trashed_images(const Pool &pool) {
    std::size_t count = 0;
    std::vector<rbd_trash_image_info_t> entries;
    int code = 0;
    while ((code = rbd_trash_list(pool.get(), entries.data(), &count)) == -ERANGE)
        entries.resize(count);
    if (code < 0)
        throw ceph_error(
            fmt::format("list the trash of the Ceph pool '{}'", base::escape(pool.name())), code);
    std::vector<TrashedImage> images;
    for (std::size_t i = 0; i < count; ++i)
        images.push_back({entries[i].id, entries[i].name,
                          fmt::format("{:%FT%TZ}", fmt::gmtime(entries[i].deletion_time))});
    rbd_trash_list_cleanup(entries.data(), count);
    return images;
}

void remove_trashed_image(const Pool &pool, const TrashedImage &image) {
    const int code = rbd_trash_remove(pool.get(), image.id.c_str(), true);
    if (code != 0 && code != -ENOENT)
        throw ceph_error(
            fmt::format("remove the RBD image {} from the trash", full_name(pool, image.name)),
            code);
}

void clone_image(const Cluster &cluster, const Pool &from, const std::string &source,
                 const std::string &snapshot, const Pool &to, const std::string &name) {
    const ImageHandle parent(from, source, ImageHandle::Access::read, snapshot);
    ImageOptions options;
    options.set(RBD_IMAGE_OPTION_CLONE_FORMAT, 2);
    options.set(RBD_IMAGE_OPTION_FEATURES, (parent.features() & k_inherited) | k_needed);
    if (const std::int64_t data_pool = parent.data_pool_id();
        from.id() == to.id() && data_pool != from.id())
        options.set(RBD_IMAGE_OPTION_DATA_POOL, cluster.pool_name(data_pool));
    const int code = rbd_clone3(from.get(), source.c_str(), snapshot.c_str(), to.get(),
                                name.c_str(), options.get());
    if (code != 0)
        throw ceph_error(
            fmt::format("clone the RBD image {} as {}", parent.name(), full_name(to, name)), code);
}

void rename_image(const Pool &pool, const std::string &from, const std::string &to) {
    const int code = rbd_rename(pool.get(), from.c_str(), to.c_str());
    if (code != 0)
        throw ceph_error(
            fmt::format("rename the RBD image {} to {}", full_name(pool, from), base::escape(to)),
            code);
}

void remove_image(const Pool &pool, const std::string &name) {
    const int code = rbd_remove(pool.get(), name.c_str());
    const std::string doing = fmt::format("remove the RBD image {}", full_name(pool, name));
    // Ceph says so, too, of images in a full pool from which none was ever removed.
    if (code == -ENOENT && ImageHandle::find(pool, name, ImageHandle::Access::read))
        throw Error(ErrorKind::temporary, fmt::format("cannot {}: it is still there", doing),
                    "make room in the pool if it is full, and run the command again");
    if (code == 0 || code == -ENOENT)
        return;
    if (code == -EBUSY)
        throw Error(ErrorKind::temporary, fmt::format("cannot {}: it is open somewhere", doing),
                    fmt::format("'rbd status {}' shows by whom", full_name(pool, name)));
    throw ceph_error(doing, code);
}

} // namespace retouch::store
