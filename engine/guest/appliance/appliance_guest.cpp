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
#include "guest/inspect.hpp"
#include "guest/refusals.hpp"
#include "guest/resolve.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <fmt/format.h>

namespace retouch {

namespace {

constexpr std::size_t k_fstab_bound = std::size_t{64} * 1024;
constexpr std::chrono::seconds k_finish_limit{600};

constexpr const char *k_count_disk_errors = "cat /sys/block/sd*/device/ioerr_cnt";

/// Prints the mount points whose data is lost, then the disk errors.
constexpr const char *k_write_through =
    "while read -r d p r; do case $p in /sysroot|/sysroot/*) p=$(printf %b \"$p\"); "
    "sync -f \"$p\" || echo \"$p\" ;; esac; done </proc/mounts; "
    "cat /sys/block/sd*/device/ioerr_cnt";

bool is_plain_linux(const std::string &type) {
    return type == "ext2" || type == "ext3" || type == "ext4" || type == "xfs";
}

/// Nothing on it that only a full inspection could find a system in.
bool holds_no_system(const Volume &volume) {
    return volume.filesystem.empty() || volume.filesystem == "swap" ||
           volume.filesystem == "vfat" || is_plain_linux(volume.filesystem);
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
    const std::vector<std::string> pairs =
        take_list(guestfs_blkid(handle.get(), volume.device.c_str()));
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
      export_(std::make_unique<DiskExport>(disk, DiskExport::Protocol::nbd, directory_.path())),
      handle_(launch_appliance({export_->path(), disk.read_only, options.network, directory_.path(),
                                monitor_path(*export_)},
                               events)),
      watchdog_(std::make_unique<Watchdog>(guestfs_get_pid(handle_->get()))),
      monitor_(std::make_unique<QemuMonitor>(monitor_path(*export_))) {
    check_interrupt();
    const std::vector<Volume> volumes = read_volumes();
    if (const Volume *root = find_root(volumes))
        open_root(*root, volumes, events);
    else if (std::ranges::all_of(volumes, holds_no_system))
        throw no_root(volumes);
    else
        open_inspected(volumes, events);
    disk_errors_ = ask_shell(*handle_, k_count_disk_errors);
}

std::vector<Volume> ApplianceGuest::read_volumes() const {
    std::vector<std::string> devices = take_list(guestfs_list_partitions(g()));
    const bool whole = devices.empty();
    if (whole)
        devices = take_list(guestfs_list_devices(g()));
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

void ApplianceGuest::mount(const std::string &device, const std::string &path,
                           bool read_only) const {
    handle_->check(guestfs_mount_options(g(), read_only ? "ro,noatime,nodev" : "noatime,nodev",
                                         device.c_str(), path.c_str()),
                   fmt::format("mount {} of the image", escape(device)));
}

/// Mounts the volume; it stays mounted when it holds a root.
bool ApplianceGuest::holds_root(const Volume &volume, bool read_only) const {
    mount(volume.device, "/", read_only);
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
    const auto candidates = std::ranges::count_if(volumes, is_plain_linux,
                                                  [](const Volume &v) { return v.filesystem; });
    std::vector<const Volume *> roots;
    std::exception_ptr damage;
    for (const Volume &volume : volumes) {
        check_interrupt();
        if (!is_plain_linux(volume.filesystem))
            continue;
        try {
            if (!holds_root(volume, candidates > 1 || read_only_))
                continue;
            roots.push_back(&volume);
            if (candidates > 1)
                handle_->check(guestfs_umount_all(g()), "unmount the image");
        } catch (const Error &) {
            damage = std::current_exception();
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
        std::rethrow_exception(damage);
    if (!roots.empty() && candidates > 1)
        mount(roots.front()->device, "/", read_only_);
    return roots.empty() ? nullptr : roots.front();
}

/// Requires: `root` is mounted.
void ApplianceGuest::open_root(const Volume &root, const std::vector<Volume> &volumes,
                               EventSink &events) {
    facts_.mount_points.push_back({"/", root.device, root.filesystem});
    for (const FstabEntry &entry : read_fstab(head("/etc/fstab", k_fstab_bound).value_or(""))) {
        if (const Volume *volume = find_volume(entry.device, volumes))
            mount_other({entry.path, volume->device, volume->filesystem}, events);
        else
            events.on(refusal::not_mounted(
                entry.path, fmt::format("{} is not on the image", escape(entry.device))));
    }
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
    mount(points.front().device, "/", read_only_);
    facts_.mount_points.push_back(points.front());
    for (std::size_t at = 1; at < points.size(); ++at)
        mount_other(points[at], events);
    if (type && std::string_view(type.get()) == "linux")
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

void ApplianceGuest::mount_other(const MountPoint &point, EventSink &events) {
    try {
        mount(point.device, resolve_in_guest(*this, point.path), read_only_);
        facts_.mount_points.push_back(point);
    } catch (const Error &error) {
        events.on(refusal::not_mounted(point.path, error.what()));
    }
}

void ApplianceGuest::read_facts() {
    Facts found = linux_facts(
        {[this](const std::string &path, std::size_t bytes) { return head(path, bytes); },
         [this](const std::string &path) { return lstat(path).has_value(); }});
    found.mount_points = std::move(facts_.mount_points);
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

/// libguestfs does not tell when data could not be written. The appliance's kernel does.
void ApplianceGuest::write_through() const {
    const bool written = ask_shell(*handle_, k_write_through) == disk_errors_;
    export_->require_served();
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
        handle_->check(guestfs_shutdown(g()), "end the appliance");
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
