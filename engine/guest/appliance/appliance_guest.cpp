// Opening and closing. The one Linux root is found by looking; only when that settles nothing
// (Windows, ...) libguestfs inspects everything.

#include "guest/appliance/appliance_guest.hpp"

#include "base/interrupt.hpp"
#include "base/run_directory.hpp"
#include "base/text.hpp"
#include "guest/appliance/appliance_command.hpp"
#include "guest/appliance/appliance_growth.hpp"
#include "guest/appliance/appliance_tree.hpp"
#include "guest/appliance/appliance_volumes.hpp"
#include "guest/appliance/logical_volumes.hpp"
#include "guest/command.hpp"
#include "guest/disk_layout.hpp"
#include "guest/effects/entry_changes.hpp"
#include "guest/fstab_mounts.hpp"
#include "guest/inspect.hpp"
#include "guest/log_damage.hpp"
#include "guest/mount_rules.hpp"
#include "guest/refusals.hpp"
#include "guest/resolve.hpp"
#include "guest/superblock.hpp"
#include "guest/volume_doubts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <iterator>
#include <optional>
#include <sys/statvfs.h>

namespace retouch::guest {

namespace {

constexpr std::chrono::seconds k_finish_limit{600};
constexpr std::chrono::seconds k_growth_limit{1800};

constexpr const char *k_count_disk_errors = "cat /sys/block/sd*/device/ioerr_cnt";

/// Prints the mount points whose data is lost, then the disk errors.
constexpr const char *k_write_through =
    "while read -r d p r; do case $p in /sysroot|/sysroot/*) p=$(printf %b \"$p\"); "
    "sync -f \"$p\" || echo \"$p\" ;; esac; done </proc/mounts; "
    "cat /sys/block/sd*/device/ioerr_cnt";

/// Nothing on it that only a full inspection could find a system in.
bool holds_no_system(const Volume &volume) {
    return is_plain(volume.filesystem);
}

Error no_root(const Handle &handle, const std::vector<Volume> &volumes) {
    for (const Volume &volume : volumes)
        if (volume.filesystem == "crypto_LUKS" || volume.filesystem == "BitLocker")
            return refusal::encrypted(volume.device);
    return refusal::no_system(beginning(handle));
}

/// Where there is room for the name of a socket.
std::filesystem::path monitor_path(const store::DiskExport &served) {
    return served.path().parent_path() / "qemu.sock";
}

} // namespace

ApplianceGuest::ApplianceGuest(const Disk &disk, const GuestOptions &options, EventSink &events)
    : directory_(options.run_directory, "guest-"),
      read_only_(disk.read_only),
      network_(options.network),
      limits_(options.limits),
      export_(std::make_unique<store::DiskExport>(disk, store::DiskExport::Protocol::nbd,
                                                  directory_.path())) {
    attended(*this, [&] {
        launch(events);
        open_system(events);
    });
}

void ApplianceGuest::launch(EventSink &events) {
    const std::filesystem::path monitor = monitor_path(*export_);
    handle_ = launch_appliance({export_->path(), read_only_, network_, directory_.path(), monitor},
                               events);
    guard_ = std::make_unique<base::HelperGuard>(handle_->process());
    watchdog_ = std::make_unique<Watchdog>(handle_->process(), export_->hold());
    monitor_ = std::make_unique<QemuMonitor>(monitor);
    base::check_interrupt();
}

void ApplianceGuest::open_system(EventSink &events) {
    ApplianceVolumes found = appliance_volumes(*handle_);
    volumes_ = std::move(found.usable);
    partitions_ = std::move(found.partitions);
    const std::vector<RootPlace> roots = this->roots();
    std::vector<std::string> names;
    names.reserve(roots.size());
    for (const RootPlace &root : roots)
        names.push_back(root.name());
    if (!roots.empty())
        for (const Volume &volume : volumes_)
            if (holds_windows(*handle_, volume))
                names.push_back(volume.device);
    if (names.size() > 1)
        throw refusal::several_systems(names);
    if (!roots.empty())
        open_root(roots.front(), events);
    else if (std::ranges::all_of(volumes_, holds_no_system))
        throw no_root(*handle_, volumes_);
    else
        open_inspected(events);
    disk_errors_ = ask_shell(*handle_, k_count_disk_errors);
}

/// What may be found by an inspection only is not told as damaged before.
std::vector<RootPlace> ApplianceGuest::roots() const {
    const Looking looking{
        *handle_,
        [this](const Volume &volume, const MountAs &as) { mount(volume.device, as, "/", true); },
        {[this](const std::string &path, std::size_t bytes) { return head(path, bytes); },
         [this](const std::string &path) { return lstat(path).has_value(); }}};
    try {
        return find_roots(looking, volumes_);
    } catch (const Error &error) {
        if (!refusal::is_of_the_image(error) || guestfs_is_ready(g()) == 0 ||
            std::ranges::all_of(volumes_, holds_no_system))
            throw;
        return {};
    }
}

/// Throws Error whose message is the reason alone; refused while the appliance lives.
void ApplianceGuest::mount(const std::string &device, const MountAs &as, const std::string &path,
                           bool read_only) const {
    std::string options = read_only ? "ro,noatime,nodev,nosuid" : "noatime,nodev,nosuid";
    const std::string by_type = read_only ? careful_options(as.type) : writing_options(as.type);
    for (const std::string &more : {by_type, as.subvolume})
        if (!more.empty())
            options += "," + more;
    if (guestfs_mount_vfs(g(), options.c_str(), driver_of(as.type).c_str(), device.c_str(),
                          path.c_str()) != 0) {
        require_room();
        throw mount_failure(device, as, path);
    }
    if (!read_only && is_only_readable(path))
        throw refusal::only_readable(as.type);
}

bool ApplianceGuest::is_only_readable(const std::string &path) const {
    struct guestfs_statvfs *status = guestfs_statvfs(g(), path.c_str());
    const bool found = status != nullptr && (status->flag & ST_RDONLY) != 0;
    guestfs_free_statvfs(status);
    return found;
}

std::string ApplianceGuest::head_of_device(const std::string &device) const {
    std::size_t size = 0;
    const OwnedText head(guestfs_pread_device(g(), device.c_str(),
                                              static_cast<int>(k_last_superblock_end), 0, &size));
    return head ? std::string(head.get(), size) : std::string();
}

Error ApplianceGuest::mount_failure(const std::string &device, const MountAs &as,
                                    const std::string &path) const {
    if (guestfs_is_ready(g()) == 0)
        return handle_->error(fmt::format("mount {} of the image", base::escape(device)));
    if (!as.subvolume.empty())
        return {ErrorKind::refused,
                fmt::format("the btrfs filesystem has no {}, or is damaged",
                            base::escape(as.subvolume)),
                "check the options of its line in the image's /etc/fstab"};
    const auto can_look = [&](const std::string &options) {
        const bool mounted =
            guestfs_mount_vfs(g(), ("ro,nodev,nosuid," + options).c_str(),
                              driver_of(as.type).c_str(), device.c_str(), path.c_str()) == 0;
        return mounted && guestfs_umount(g(), path.c_str()) == 0;
    };
    if (is_log_damaged(as.type, can_look))
        return refusal::damaged_log(as.type);
    return refusal::with_features(
        {ErrorKind::refused,
         fmt::format("the {} filesystem is damaged or has features the appliance's kernel does not "
                     "know",
                     base::escape(as.type)),
         "check it with fsck, or try --guest host"},
        rare_features(head_of_device(device)), "host");
}

/// As it shall be seen. What apply would meet is known when only looking, too.
void ApplianceGuest::mount_in_guest(const std::string &device, const MountAs &as,
                                    const std::string &path) const {
    const bool is_new = std::ranges::count(facts_.mount_points, device, &MountPoint::device) == 0;
    if (read_only_ && is_new) {
        mount(device, as, path, false);
        handle_->check(guestfs_umount(g(), path.c_str()), "unmount the image");
    }
    mount(device, as, path, read_only_);
}

void ApplianceGuest::mount_root(const std::string &device, const MountAs &as) const {
    try {
        mount_in_guest(device, as, "/");
    } catch (const Error &error) {
        throw refusal::cannot_open(device, error);
    }
}

void ApplianceGuest::open_root(const RootPlace &root, EventSink &events) {
    mount_root(root.volume->device, root.as);
    facts_.mount_points.push_back(
        {"/", root.volume->device, root.volume->filesystem, root.as.subvolume});
    FstabMounts fstab(head("/etc/fstab", k_largest_fstab + 1).value_or(""), *this);
    fstab.check_root(facts_.mount_points.front());
    std::ranges::move(
        fstab.mount(volumes_, events,
                    [this](const Volume &volume, const MountAs &as, const std::string &path) {
                        mount_in_guest(volume.device, as, path);
                    }),
        std::back_inserter(facts_.mount_points));
    facts_.unmounted = fstab.unmounted();
    read_facts();
}

void ApplianceGuest::open_inspected(EventSink &events) {
    const std::vector<std::string> roots = take_list(guestfs_inspect_os(g()));
    base::check_interrupt();
    if (roots.empty())
        throw no_root(*handle_, volumes_);
    if (roots.size() > 1)
        throw refusal::several_systems(roots);
    const char *root = roots.front().c_str();
    const OwnedText type(guestfs_inspect_get_type(g(), root));
    const std::vector<std::string> pairs = take_list(guestfs_inspect_get_mountpoints(g(), root));
    std::vector<MountPoint> points;
    for (std::size_t at = 0; at + 1 < pairs.size(); at += 2) {
        const OwnedText filesystem(guestfs_vfs_type(g(), pairs[at + 1].c_str()));
        points.push_back({pairs[at], pairs[at + 1], filesystem ? filesystem.get() : ""});
    }
    std::ranges::stable_sort(points, {}, [](const MountPoint &point) { return point.path.size(); });
    if (points.empty() || points.front().path != "/")
        throw refusal::no_system(beginning(*handle_));
    mount_root(points.front().device, {points.front().filesystem, {}});
    facts_.mount_points.push_back(points.front());
    const bool is_linux = type && std::string_view(type.get()) == "linux";
    mount_inspected(points, is_linux, events);
    if (is_linux)
        return read_facts();
    facts_.type = facts_.distro = type ? type.get() : "unknown";
    facts_.root_device = points.front().device;
    facts_.version = fmt::format("{}.{}", guestfs_inspect_get_major_version(g(), root),
                                 guestfs_inspect_get_minor_version(g(), root));
    const OwnedText product(guestfs_inspect_get_product_name(g(), root));
    const OwnedText architecture(guestfs_inspect_get_arch(g(), root));
    facts_.product = product ? product.get() : "";
    facts_.architecture = architecture ? architecture.get() : "";
    facts_.layout = read_layout();
}

/// Requires: the first of them is mounted.
void ApplianceGuest::mount_inspected(const std::vector<MountPoint> &points, bool is_linux,
                                     EventSink &events) {
    FstabMounts fstab(
        is_linux ? head("/etc/fstab", k_largest_fstab + 1).value_or("") : std::string(), *this);
    fstab.check_root(points.front());
    for (std::size_t at = 1; at < points.size(); ++at) {
        try {
            mount_in_guest(points[at].device, {fstab.type_of(points[at]), {}},
                           resolve_in_guest(*this, points[at].path));
            facts_.mount_points.push_back(points[at]);
        } catch (const Error &error) {
            if (!refusal::is_of_the_image(error))
                throw;
            fstab.fail(points[at], error, events);
        }
    }
    fstab.require(points, events);
    facts_.unmounted = fstab.unmounted();
}

void ApplianceGuest::read_facts() {
    Facts found = linux_facts(
        {[this](const std::string &path, std::size_t bytes) { return head(path, bytes); },
         [this](const std::string &path) { return lstat(path).has_value(); }});
    found.mount_points = std::move(facts_.mount_points);
    found.unmounted = std::move(facts_.unmounted);
    found.doubts = volume_doubts(found.mount_points, volumes_, [this](const std::string &device) {
        return head_of_device(device);
    });
    found.root_device = found.mount_points.front().device;
    facts_ = std::move(found);
    facts_.layout = read_layout();
}

DiskLayout ApplianceGuest::read_layout() const {
    const MountPoint &root = facts_.mount_points.front();
    DiskLayout layout = disk_layout(partitions_, root, head_of_device(root.device));
    if (layout.root < 0)
        add_logical_volume(*handle_, root.device, partitions_, layout);
    return layout;
}

void ApplianceGuest::grow(const DiskGrowth &growth) {
    const Watchdog::Watch watch(*watchdog_, k_growth_limit);
    handle_->check(guestfs_umount_all(g()), "unmount the guest");
    const MountPoint &root = facts_.mount_points.front();
    // Of a btrfs the whole is resized, whichever subvolume is the root.
    const MountAs as{root.filesystem, root.filesystem == "btrfs" ? "subvolid=5" : ""};
    const GrowingRoot growing{facts_.layout.value(), root.device,
                              [&] { mount(root.device, as, "/", false); }};
    const auto act = [&] {
        grow_in_appliance(*handle_, growing, growth);
        static_cast<void>(ask_shell(*handle_, "sync"));
    };
    try {
        attended(*this, act);
    } catch (const Error &) {
        if (guestfs_is_ready(g()) != 0)
            require_written();
        throw;
    }
    require_written();
    // Tools ask the disk for what it does not have, which is counted, too.
    disk_errors_ = ask_shell(*handle_, k_count_disk_errors);
}

/// Tools need not notice that what they wrote was lost.
void ApplianceGuest::require_written() const {
    if (monitor_->failed_writes(k_disk_drive) > 0)
        throw Error(ErrorKind::failed, "the grown disk could not be written: Input/output error",
                    "the host's disk may be full");
}

CommandResult ApplianceGuest::probe(const GuestCommand &command) const {
    return run_command(command, false);
}

CommandResult ApplianceGuest::run(const GuestCommand &command) {
    return run_command(command, !read_only_);
}

void ApplianceGuest::need_runner() const {
    if (!runner_uploaded_)
        upload_runner(*handle_);
    runner_uploaded_ = true;
}

CommandResult ApplianceGuest::run_command(const GuestCommand &command, bool writable) const {
    check_command(facts_, command);
    if (command.network && !network_)
        throw Error(ErrorKind::failed, "the appliance was started without a network");
    need_runner();
    return run_in_appliance({*handle_, *watchdog_, *this, limits_, writable}, command);
}

std::vector<std::string> ApplianceGuest::unchangeable(const std::vector<std::string> &paths) const {
    if (paths.empty())
        return {};
    need_runner();
    return unchangeable_in_appliance({*handle_, *watchdog_}, paths);
}

void ApplianceGuest::mark(const std::vector<std::string> &keep) {
    need_runner();
    mark_in_appliance({*handle_, *watchdog_}, keep);
}

std::vector<EntryChange> ApplianceGuest::changes() {
    return entry_changes(changes_in_appliance({*handle_, *watchdog_}));
}

std::vector<UnlabelledEntry> ApplianceGuest::unlabelled() const {
    need_runner();
    return unlabelled_in_appliance({*handle_, *watchdog_});
}

std::vector<LabelledEntry> ApplianceGuest::labels() const {
    need_runner();
    return labels_in_appliance({*handle_, *watchdog_});
}

std::vector<FailedLabel> ApplianceGuest::set_labels(const std::vector<PathLabel> &labels) {
    need_runner();
    return label_in_appliance({*handle_, *watchdog_}, labels);
}

void ApplianceGuest::require_helpers() const {
    if (guard_ && guard_->fired())
        throw base::interrupt_error();
    export_->require_served();
}

/// The machine is made there, and what is written to a disk that is only looked at is kept there.
void ApplianceGuest::require_room() const {
    if (read_only_ || !handle_)
        retouch::base::require_room(directory_.path());
}

/// libguestfs does not tell when data could not be written. The appliance's kernel does.
void ApplianceGuest::write_through() const {
    const bool written = ask_shell(*handle_, k_write_through) == disk_errors_;
    if (!written)
        throw Error(ErrorKind::failed, "the guest's data could not be written: Input/output error",
                    "the host's disk may be full");
}

void ApplianceGuest::trim() {
    for (const MountPoint &mount : facts_.mount_points) {
        base::check_interrupt();
        const Watchdog::Watch watch(*watchdog_, k_finish_limit);

        const struct guestfs_fstrim_argv no_options {};

        const bool is_done = guestfs_fstrim_argv(g(), mount.path.c_str(), &no_options) == 0;
        if (!is_done && guestfs_last_errno(g()) != EOPNOTSUPP)
            handle_->check(-1, "give back what the filesystems do not use");
    }
}

void ApplianceGuest::finish() {
    {
        const Watchdog::Watch watch(*watchdog_, k_finish_limit);
        if (!read_only_)
            write_through();
        handle_->check(guestfs_umount_all(g()), "unmount the guest");
        if (!read_only_)
            stop_arrays(*handle_, volumes_);
        bytes_written_ = bytes_written();
        monitor_.reset();
        handle_->shut_down();
    }
    export_->finish();
}

std::uint64_t ApplianceGuest::bytes_written() const {
    // What a disk opened for reading seems to take is kept elsewhere and thrown away.
    if (read_only_ || !monitor_)
        return bytes_written_;
    return monitor_->bytes_written(k_disk_drive);
}

} // namespace retouch::guest
