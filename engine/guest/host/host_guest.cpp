// How the disk comes to this host's kernel: a file that a daemon exports, parts of it as loop
// devices, all seen by nobody else and gone with us.

#include "guest/host/host_guest.hpp"

#include "base/own_proc.hpp"
#include "base/run_directory.hpp"
#include "guest/host/control_group.hpp"
#include "guest/host/host_means.hpp"
#include "guest/host/loop_device.hpp"
#include "guest/host/partitions.hpp"

#include <fmt/format.h>

namespace retouch::guest {

namespace {

/// The daemon serves what is mounted here, so it must not be the one whose death unmounts it: it
/// would wait for itself for ever, and every sync of this machine with it. It therefore gets a
/// namespace made from the outer one, which none of the guests' mounts are in.
store::DiskExport::Launcher apart_from_our_mounts() {
    return {{"nsenter", fmt::format("--mount=/proc/self/fd/{}", outer_mounts_fd()), "--", "unshare",
             "--mount", "--propagation", "private", "--"},
            {outer_mounts_fd()}};
}

} // namespace

HostGuest::HostGuest(const Disk &disk, const GuestOptions &options, EventSink &events)
    : MountedGuest(options.limits),
      directory_((require_host_means(false), base::require_own_proc(), enter_private_mounts(),
                  base::TemporaryDirectory(options.run_directory, "guest-"))),
      read_only_(disk.read_only),
      export_(std::make_unique<store::DiskExport>(
          disk, store::DiskExport::Protocol::fuse, directory_.path(), apart_from_our_mounts(),
          // The kernel replays journals, as it will at boot, for who only looks, too.
          disk.read_only ? store::DiskExport::Writes::thrown_away
                         : store::DiskExport::Writes::as_disk)),
      disk_(fmt::format("/proc/{}/root{}", export_->pid(), export_->path().string())) {
    remove_dead_groups();
    const std::filesystem::path root = directory_.path() / "root";
    std::filesystem::create_directory(root);
    attended(*this, [&] { open(root, read_only_, means(), read_volumes(), disk_, events); });
}

MountedVolumes::Means HostGuest::means() const {
    return {[this](const Volume &volume) {
                return std::make_unique<LoopDevice>(disk_, volume.offset, volume.size);
            },
            [this] {
                require_helpers();
                require_room();
            }};
}

/// What is written to a disk that is only looked at, as by the replay of a journal, is kept there.
void HostGuest::require_room() const {
    if (read_only_)
        retouch::base::require_room(directory_.path());
}

/// Tools that could read nothing may say that they found nothing.
std::vector<Volume> HostGuest::read_volumes() const {
    std::vector<Volume> found =
        retouch::guest::read_volumes(disk_, std::filesystem::file_size(disk_));
    const bool is_there = !base::read_if_there(disk_, 1).empty();
    export_->require_served();
    if (!is_there)
        throw Error(ErrorKind::failed, "the image's disk can no longer be read",
                    "see what ended its helper ('dmesg' tells when memory ran out), and run again");
    return found;
}

void HostGuest::finish() {
    MountedGuest::finish();
    export_->finish();
}

} // namespace retouch::guest
