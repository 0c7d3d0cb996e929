// Opening and closing. Inspection is cheap first: the one filesystem with a Linux root is found by
// looking; only when that settles nothing (LVM, btrfs, Windows, ...) libguestfs inspects
// everything.

#include "guest/appliance/appliance_guest.hpp"

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "guest/appliance/appliance_command.hpp"
#include "guest/appliance/appliance_tree.hpp"
#include "guest/command.hpp"
#include "guest/effects/entry_changes.hpp"
#include "guest/fstab_mounts.hpp"
#include "guest/inspect.hpp"
#include "guest/mount_rules.hpp"
#include "guest/partition_table.hpp"
#include "guest/refusals.hpp"
#include "guest/resolve.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <iterator>
#include <optional>

namespace retouch {

namespace {

constexpr std::chrono::seconds k_finish_limit{600};

constexpr const char *k_count_disk_errors = "cat /sys/block/sd*/device/ioerr_cnt";

/// Prints the mount points whose data is lost, then the disk errors.
constexpr const char *k_write_through =
    "while read -r d p r; do case $p in /sysroot|/sysroot/*) p=$(printf %b \"$p\"); "
    "sync -f \"$p\" || echo \"$p\" ;; esac; done </proc/mounts; "
    "cat /sys/block/sd*/device/ioerr_cnt";

/// The image's disk is the one that has a partition table, if any has.
constexpr const char *k_tell_table =
    "for disk in /dev/sd?; do sfdisk --json $disk && break; done 2>/dev/null; true";

/// Nothing on it that only a full inspection could find a system in.
bool holds_no_system(const Volume &volume) {
    return volume.filesystem.empty() || volume.filesystem == "swap" ||
           volume.filesystem == "vfat" || may_hold_plain_root(volume.filesystem);
}

Error no_root(const std::vector<Volume> &volumes) {
    for (const Volume &volume : volumes)
        if (volume.filesystem == "crypto_LUKS" || volume.filesystem == "BitLocker")
            return refusal::encrypted(volume.device);
    return refusal::no_system();
}

int trailing_number(std::string_view device) {
    const std::size_t digits = device.find_last_not_of("0123456789") + 1;
    int number = 0;
    std::from_chars(device.data() + digits, device.data() + device.size(), number);
    return number;
}

void identify(const Handle &handle, Volume &volume) {
    char **found = guestfs_blkid(handle.get(), volume.device.c_str());
    if (found == nullptr) {
        const char *reason = guestfs_last_error(handle.get());
        volume.ambiguous = reason != nullptr && std::strstr(reason, "ambivalent") != nullptr;
        if (!volume.ambiguous)
            throw handle.error(fmt::format("look at {} of the image", volume.device));
    }
    const std::vector<std::string> pairs = take_list(found);
    for (std::size_t at = 0; at + 1 < pairs.size(); at += 2)
        set_blkid_value(volume, pairs[at], pairs[at + 1]);
}

/// Where there is room for the name of a socket.
std::filesystem::path monitor_path(const DiskExport &served) {
    return served.path().parent_path() / "qemu.sock";
}

} // namespace

ApplianceGuest::ApplianceGuest(const Disk &disk, const GuestOptions &options, EventSink &events)
    : directory_(options.run_directory, "guest-"),
      read_only_(disk.read_only),
      network_(options.network),
      limits_(options.limits),
      export_(std::make_unique<DiskExport>(disk, DiskExport::Protocol::nbd, directory_.path())) {
    attended(*this, [&] {
        launch(events);
        open_system(events);
    });
}

void ApplianceGuest::launch(EventSink &events) {
    const std::filesystem::path monitor = monitor_path(*export_);
    handle_ = launch_appliance({export_->path(), read_only_, network_, directory_.path(), monitor},
                               events);
    guard_ = std::make_unique<HelperGuard>(handle_->process());
    watchdog_ = std::make_unique<Watchdog>(handle_->process(), export_->hold());
    monitor_ = std::make_unique<QemuMonitor>(monitor);
    check_interrupt();
}

void ApplianceGuest::open_system(EventSink &events) {
    const std::vector<Volume> volumes = read_volumes();
    if (const Volume *root = find_root(volumes))
        open_root(*root, volumes, events);
    else if (std::ranges::all_of(volumes, holds_no_system))
        throw no_root(volumes);
    else
        open_inspected(volumes, events);
    disk_errors_ = ask_shell(*handle_, k_count_disk_errors);
}

/// The kernel cuts off what lies beyond the end, and takes partitions that share sectors.
void ApplianceGuest::check_table(const std::string &disk) const {
    const std::string table = ask_shell(*handle_, k_tell_table);
    const std::int64_t size = guestfs_blockdev_getsize64(g(), disk.c_str());
    if (size < 0)
        throw handle_->error("tell the size of the image's disk");
    if (!trim(table).empty())
        static_cast<void>(read_partition_table(table, static_cast<std::uint64_t>(size)));
}

std::vector<Volume> ApplianceGuest::read_volumes() const {
    const std::vector<std::string> disks = take_list(guestfs_list_devices(g()));
    if (disks.empty())
        throw handle_->error("see the image's disk");
    check_table(disks.front());
    std::vector<std::string> devices = take_list(guestfs_list_partitions(g()));
    const bool whole = devices.empty();
    if (whole)
        devices = disks;
    std::vector<Volume> volumes;
    for (const std::string &device : devices) {
        Volume volume;
        volume.device = device;
        volume.number = whole ? 0 : trailing_number(device);
        identify(*handle_, volume);
        volumes.push_back(std::move(volume));
    }
    return volumes;
}

/// Throws Error whose message is the reason alone; refused while the appliance lives.
void ApplianceGuest::mount(const std::string &device, const std::string &type,
                           const std::string &path, bool read_only) const {
    std::string options = read_only ? "ro,noatime,nodev,nosuid" : "noatime,nodev,nosuid";
    if (const std::string careful = careful_options(type); !careful.empty())
        options += "," + careful;
    if (guestfs_mount_vfs(g(), options.c_str(), type.c_str(), device.c_str(), path.c_str()) == 0)
        return;
    if (guestfs_is_ready(g()) == 0)
        throw handle_->error(fmt::format("mount {} of the image", escape(device)));
    throw Error(ErrorKind::refused,
                fmt::format("the {} filesystem is damaged or has features the appliance's kernel "
                            "does not know",
                            escape(type)),
                "check it with fsck, or try --guest host");
}

/// Mounts the volume; it stays mounted when it holds a root.
bool ApplianceGuest::holds_root(const Volume &volume, bool read_only) const {
    mount(volume.device, mount_type(volume, {}), "/", read_only);
    const RootFiles files = {
        [this](const std::string &path, std::size_t bytes) { return head(path, bytes); },
        [this](const std::string &path) { return lstat(path).has_value(); }};
    if (looks_like_root(files))
        return true;
    handle_->check(guestfs_umount_all(g()), "unmount the image");
    return false;
}

/// The one volume with a plain Linux root, mounted; nullptr when there is none.
const Volume *ApplianceGuest::find_root(const std::vector<Volume> &volumes) const {
    const auto candidates = std::ranges::count_if(volumes, may_hold_plain_root,
                                                  [](const Volume &v) { return v.filesystem; });
    std::vector<const Volume *> roots;
    std::optional<Error> damage;
    for (const Volume &volume : volumes) {
        check_interrupt();
        if (!may_hold_plain_root(volume.filesystem))
            continue;
        try {
            if (!holds_root(volume, candidates > 1 || read_only_))
                continue;
            roots.push_back(&volume);
            if (candidates > 1)
                handle_->check(guestfs_umount_all(g()), "unmount the image");
        } catch (const Error &error) {
            if (!refusal::is_of_the_image(error) || guestfs_is_ready(g()) == 0)
                throw;
            damage = refusal::cannot_open(volume.device, error);
        }
    }
    if (roots.size() > 1) {
        std::vector<std::string> names;
        names.reserve(roots.size());
        for (const Volume *root : roots)
            names.push_back(root->device);
        throw refusal::several_systems(names);
    }
    if (roots.empty() && damage && std::ranges::all_of(volumes, holds_no_system))
        throw Error(std::move(*damage));
    if (!roots.empty() && candidates > 1)
        mount(roots.front()->device, mount_type(*roots.front(), {}), "/", read_only_);
    return roots.empty() ? nullptr : roots.front();
}

/// Requires: `root` is mounted.
void ApplianceGuest::open_root(const Volume &root, const std::vector<Volume> &volumes,
                               EventSink &events) {
    facts_.mount_points.push_back({"/", root.device, root.filesystem});
    FstabMounts fstab(head("/etc/fstab", k_largest_fstab + 1).value_or(""), *this);
    fstab.check_root(facts_.mount_points.front());
    std::ranges::move(
        fstab.mount(volumes, events,
                    [this](const Volume &volume, const std::string &type, const std::string &path) {
                        mount(volume.device, type, path, read_only_);
                    }),
        std::back_inserter(facts_.mount_points));
    facts_.unmounted = fstab.unmounted();
    read_facts();
}

void ApplianceGuest::open_inspected(const std::vector<Volume> &volumes, EventSink &events) {
    const std::vector<std::string> roots = take_list(guestfs_inspect_os(g()));
    check_interrupt();
    if (roots.empty())
        throw no_root(volumes);
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
        throw refusal::no_system();
    mount(points.front().device, points.front().filesystem, "/", read_only_);
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
}

/// Requires: the first of them is mounted.
void ApplianceGuest::mount_inspected(const std::vector<MountPoint> &points, bool is_linux,
                                     EventSink &events) {
    FstabMounts fstab(
        is_linux ? head("/etc/fstab", k_largest_fstab + 1).value_or("") : std::string(), *this);
    fstab.check_root(points.front());
    for (std::size_t at = 1; at < points.size(); ++at) {
        try {
            mount(points[at].device, fstab.type_of(points[at]),
                  resolve_in_guest(*this, points[at].path), read_only_);
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
    found.root_device = found.mount_points.front().device;
    facts_ = std::move(found);
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

void ApplianceGuest::mark(const std::vector<std::string> &keep) {
    need_runner();
    mark_in_appliance({*handle_, *watchdog_}, keep);
}

std::vector<EntryChange> ApplianceGuest::changes() {
    return entry_changes(changes_in_appliance({*handle_, *watchdog_}));
}

void ApplianceGuest::require_helpers() const {
    if (guard_ && guard_->fired())
        throw interrupt_error();
    export_->require_served();
}

/// libguestfs does not tell when data could not be written. The appliance's kernel does.
void ApplianceGuest::write_through() const {
    const bool written = ask_shell(*handle_, k_write_through) == disk_errors_;
    if (!written)
        throw Error(ErrorKind::failed, "the guest's data could not be written: Input/output error",
                    "the host's disk may be full");
}

void ApplianceGuest::finish() {
    {
        const Watchdog::Watch watch(*watchdog_, k_finish_limit);
        if (!read_only_)
            write_through();
        handle_->check(guestfs_umount_all(g()), "unmount the guest");
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

} // namespace retouch
