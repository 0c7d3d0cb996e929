#pragma once
// Mounting what a guest's fstab wants beside its root, by the same rules in both guests: what the
// machine would have mounted is mounted, or the image is refused. The mount itself is the back
// end's.

#include "guest/fstab.hpp"
#include "guest/volume.hpp"
#include "retouch/error.hpp"
#include "retouch/event.hpp"
#include "retouch/guest.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace retouch::guest {

/// How a volume is mounted.
struct MountAs {
    std::string type;
    std::string subvolume; ///< of btrfs: "subvol=/@home" or "subvolid=257"; empty: its default one
};

/// Throws Error when it cannot be done; its message is the reason alone.
using MountVolume =
    std::function<void(const Volume &volume, const MountAs &as, const std::string &path)>;

/// Whether mount may be given it as it is: "subvol=PATH" or "subvolid=NUMBER" from an image.
[[nodiscard]] bool is_plain_subvolume(std::string_view option);

class FstabMounts {
  public:
    /// `fstab`: its text, at most k_largest_fstab and a byte of it. `guest`: its root is mounted.
    /// Throws Error: refused for a text that cannot be followed.
    FstabMounts(std::string_view fstab, const GuestView &guest);

    /// Throws Error: refused when fstab says that the root is of another type than it is.
    void check_root(const MountPoint &root) const;

    /// The type to mount a filesystem as that was found to belong to a place: what is on it, when
    /// fstab does not know the place. Throws Error whose message is the reason alone.
    [[nodiscard]] std::string type_of(const MountPoint &found) const;

    /// Mounts the others in order, then what the types of partitions say of other places. A volume
    /// may be mounted in several places, as the machine would: it is the same filesystem then.
    /// Returns what is mounted. What the machine boots without is a notice when it cannot be
    /// mounted, but for /boot, /usr and /var when they are on the image: what is written there
    /// would land below them. Throws Error: refused for all else that cannot be.
    [[nodiscard]] std::vector<MountPoint> mount(const std::vector<Volume> &volumes,
                                                EventSink &events, const MountVolume &mount_volume);

    /// What was found could not be mounted. Throws Error: refused, unless the machine boots
    /// without.
    void fail(const MountPoint &found, const Error &reason, EventSink &events);

    /// The same for each filesystem that is not among those found.
    void require(const std::vector<MountPoint> &found, EventSink &events);

    /// What was a notice so far, for Facts::unmounted.
    [[nodiscard]] const std::vector<std::string> &unmounted() const { return unmounted_; }

  private:
    [[nodiscard]] const FstabEntry *entry_of(const std::string &path) const;
    void fail(const FstabEntry &entry, const Error &reason, bool is_there, EventSink &events);
    void tell(const Event &event, EventSink &events);

    std::vector<FstabEntry> entries_;
    std::set<std::string> mentioned_;
    std::vector<std::string> unmounted_;
    const GuestView &guest_;
};

} // namespace retouch::guest
