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

namespace retouch::store {

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
    LookAtSnapshot(const ImageHandle &image, const std::string &snapshot)
        : image_(image), code_(rbd_snap_set(image.get(), snapshot.c_str())) {}

    ~LookAtSnapshot() { rbd_snap_set(image_.get(), nullptr); }

    LookAtSnapshot(const LookAtSnapshot &) = delete;
    LookAtSnapshot &operator=(const LookAtSnapshot &) = delete;

    /// Below 0: why it cannot.
    [[nodiscard]] int code() const { return code_; }

  private:
    const ImageHandle &image_;
    int code_;
};

/// Of what the image looks at. Below 0: why not.
int rebuild(const ImageHandle &image, const WorkProgress &progress) {
    return run_long_call(rbd_rebuild_object_map, image.get(), image.object_size(), progress);
}

/// Ceph says ENOENT also where somebody deletes a snapshot meanwhile.
bool may_pass(int code, int tries) {
    if (code != -ENOENT || tries >= k_tries)
        return false;
    base::pause_for(k_between_tries);
    return true;
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
        if (!may_pass(code == -EINVAL && tries > 1 ? -ENOENT : code, tries))
            require(code, image, doing);
    }
}

void rebuild_head(const ImageHandle &image, const WorkProgress &progress) {
    int code = rebuild(image, progress);
    for (int tries = 1; may_pass(code, tries); ++tries)
        code = rebuild(image, progress);
    require(code, image, "make the object map of");
}

/// One that is being deleted has lost its map before it is gone from the list.
void rebuild_at(const ImageHandle &image, const std::string &snapshot,
                const WorkProgress &progress) {
    for (int tries = 1;; ++tries) {
        const int code = [&] {
            const LookAtSnapshot at(image, snapshot);
            return at.code() < 0 ? at.code() : rebuild(image, progress);
        }();
        const std::vector<std::string> left = image.snapshots();
        if (code >= 0 || std::ranges::find(left, snapshot) == left.end())
            return;
        if (!may_pass(code, tries))
            require(
                code, image,
                fmt::format("make the object map of the snapshot '{}' of", base::escape(snapshot)));
    }
}

/// Whoever deletes a snapshot whose map is not made yet has Ceph call the image's own map invalid.
bool is_invalid(const ImageHandle &image) {
    std::uint64_t flags = 0;
    require(rbd_get_flags(image.get(), &flags), image, "look at the object map of");
    return (flags & RBD_FLAG_OBJECT_MAP_INVALID) != 0;
}

void rebuild_all(const ImageHandle &image, const WorkProgress &progress) {
    rebuild_head(image, progress);
    for (const std::string &snapshot : image.snapshots())
        rebuild_at(image, snapshot, progress);
    for (int tries = 1; tries < k_tries && is_invalid(image); ++tries)
        rebuild_head(image, progress);
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
    rebuild_all(image, progress);
    image.remove_metadata(rbd_marks::k_maps);
}

} // namespace retouch::store
