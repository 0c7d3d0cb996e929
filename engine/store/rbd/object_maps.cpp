#include "store/rbd/object_maps.hpp"

#include "base/text.hpp"
#include "base/waiting.hpp"
#include "retouch/error.hpp"
#include "store/rbd/librbd.hpp"
#include "store/rbd/long_call.hpp"
#include "store/rbd/marks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace retouch {

namespace {

constexpr int k_tries = 20;
constexpr std::chrono::milliseconds k_between_tries{250};
constexpr std::uint64_t k_maps = RBD_FEATURE_OBJECT_MAP | RBD_FEATURE_FAST_DIFF;

void require(int code, const ImageHandle &image, std::string_view doing) {
    if (code < 0)
        throw ceph_error(fmt::format("{} the RBD image {}", doing, image.name()), code);
}

/// An open image looks at one of its snapshots until the end of this object.
class LookAtSnapshot {
  public:
    LookAtSnapshot(const ImageHandle &image, const std::string &snapshot) : image_(image) {
        require(rbd_snap_set(image_.get(), snapshot.c_str()), image_,
                fmt::format("look at the snapshot '{}' of", escape(snapshot)));
    }

    ~LookAtSnapshot() { rbd_snap_set(image_.get(), nullptr); }

    LookAtSnapshot(const LookAtSnapshot &) = delete;
    LookAtSnapshot &operator=(const LookAtSnapshot &) = delete;

  private:
    const ImageHandle &image_;
};

void rebuild(const ImageHandle &image, const WorkProgress &progress) {
    require(run_long_call(rbd_rebuild_object_map, image.get(), image.object_size(), progress),
            image, "make the object map of");
}

/// Those of `features` that are not yet on, or off; below 0: why that cannot be told.
std::int64_t left_to_change(const ImageHandle &image, std::uint64_t features, bool enable) {
    std::uint64_t present = 0;
    const int code = rbd_get_features(image.get(), &present);
    return code < 0 ? code : static_cast<std::int64_t>(features & (enable ? ~present : present));
}

/// Ceph changes the map of each snapshot with these features, and fails with ENOENT when somebody
/// deletes one before it comes to it. Then they are as they were, or are changed already, which it
/// calls EINVAL when asked again; it knows soon which snapshots are left.
void change_maps(const ImageHandle &image, std::uint64_t features, bool enable,
                 std::string_view doing) {
    for (int tries = 1;; ++tries) {
        const std::int64_t left = left_to_change(image, features, enable);
        if (left == 0)
            return;
        const int code =
            left < 0 ? static_cast<int>(left)
                     : rbd_update_features(image.get(), static_cast<std::uint64_t>(left), enable);
        if (code >= 0)
            return;
        const bool may_pass = code == -ENOENT || (code == -EINVAL && tries > 1);
        if (!may_pass || tries == k_tries)
            require(code, image, doing);
        pause_for(k_between_tries);
    }
}

void rebuild_at(const ImageHandle &image, const std::string &snapshot,
                const WorkProgress &progress) {
    try {
        const LookAtSnapshot at(image, snapshot);
        rebuild(image, progress);
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::interrupted)
            throw;
        const std::vector<std::string> left = image.snapshots();
        if (std::ranges::find(left, snapshot) != left.end())
            throw;
    }
}

} // namespace

void put_object_maps_aside(ImageHandle &image) {
    const std::uint64_t maps = image.features() & k_maps;
    if (maps == 0)
        return;
    image.set_metadata(rbd_marks::k_maps, std::to_string(maps));
    change_maps(image, maps, false, "put the object maps aside of");
}

bool object_maps_are_aside(const ImageHandle &image) {
    return image.metadata(rbd_marks::k_maps).has_value();
}

void make_object_maps_again(ImageHandle &image, const WorkProgress &progress) {
    const auto noted = image.metadata(rbd_marks::k_maps);
    if (!noted)
        return;
    // Fast diff goes with a map only, and a map never needs more than these two.
    const bool with_diff = *noted == std::to_string(k_maps);
    const std::uint64_t missing = (with_diff ? k_maps : RBD_FEATURE_OBJECT_MAP) & ~image.features();
    if (missing != 0)
        change_maps(image, missing, true, "bring back the object maps of");
    rebuild(image, progress);
    for (const std::string &snapshot : image.snapshots())
        rebuild_at(image, snapshot, progress);
    image.remove_metadata(rbd_marks::k_maps);
}

} // namespace retouch
