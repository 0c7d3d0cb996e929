#include "store/rbd/pool_images.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <rbd/librbd.h>

#include <cerrno>

namespace retouch {

namespace {

/// What a clone takes over from its source. The rest is either set by librbd or must not be copied.
constexpr std::uint64_t k_inherited = RBD_FEATURE_EXCLUSIVE_LOCK | RBD_FEATURE_OBJECT_MAP |
                                      RBD_FEATURE_FAST_DIFF | RBD_FEATURE_JOURNALING;
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
    return escape(pool.name()) + '/' + escape(image);
}

} // namespace

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
            fmt::format("rename the RBD image {} to {}", full_name(pool, from), escape(to)), code);
}

void remove_image(const Pool &pool, const std::string &name) {
    const int code = rbd_remove(pool.get(), name.c_str());
    if (code == 0 || code == -ENOENT)
        return;
    const std::string doing = fmt::format("remove the RBD image {}", full_name(pool, name));
    if (code == -EBUSY)
        throw Error(ErrorKind::temporary, fmt::format("cannot {}: it is open somewhere", doing),
                    fmt::format("'rbd status {}' shows by whom", full_name(pool, name)));
    throw ceph_error(doing, code);
}

} // namespace retouch
