// Opening and closing: export, volumes, the one root among them, its fstab; and in reverse, with
// every error of writing back reported. Files and commands are handed to Rooted and bubblewrap.

#include "guest/host/host_guest.hpp"

#include "base/own_proc.hpp"
#include "base/run_directory.hpp"
#include "base/text.hpp"
#include "guest/command.hpp"
#include "guest/effects/entry_changes.hpp"
#include "guest/fstab_mounts.hpp"
#include "guest/host/control_group.hpp"
#include "guest/host/host_means.hpp"
#include "guest/host/partitions.hpp"
#include "guest/host/tree_tools.hpp"
#include "guest/inspect.hpp"
#include "guest/log_damage.hpp"
#include "guest/mount_rules.hpp"
#include "guest/partition_table.hpp"
#include "guest/refusals.hpp"
#include "guest/root_search.hpp"
#include "guest/superblock.hpp"
#include "guest/tree/plain_capabilities.hpp"
#include "guest/volume_doubts.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <functional>
#include <future>
#include <iterator>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

/// Nothing of an image is a device, gives rights or is a program on this host. Commands get a copy
/// of the mount from which they may execute.
constexpr unsigned long k_mount_flags = MS_NODEV | MS_NOSUID | MS_NOEXEC | MS_NOATIME;

RootFiles look_at(const Rooted &files) {
    return {
        [&files](const std::string &path, std::size_t bytes) { return files.head(path, bytes); },
        [&files](const std::string &path) { return files.lstat(path).has_value(); }};
}

/// Why there is no root: the most telling thing among the volumes.
Error no_root(const std::vector<Volume> &volumes, const std::filesystem::path &disk) {
    for (const Volume &volume : volumes)
        if (volume.filesystem == "crypto_LUKS" || volume.filesystem == "BitLocker")
            return refusal::encrypted(volume.device);
    constexpr std::array harmless = {"", "vfat", "swap", "ext2", "ext3", "ext4", "xfs"};
    for (const Volume &volume : volumes)
        if (std::ranges::count(harmless, volume.filesystem) == 0)
            return refusal::needs_appliance(
                fmt::format("{} ({})", volume.device, volume.filesystem));
    return refusal::no_system(base::read_if_there(disk, k_beginning));
}

/// The daemon serves what is mounted here, so it must not be the one whose death unmounts it: it
/// would wait for itself for ever, and every sync of this machine with it. It therefore gets a
/// namespace made from the outer one, which none of the guests' mounts are in.
store::DiskExport::Launcher apart_from_our_mounts() {
    return {{"nsenter", fmt::format("--mount=/proc/self/fd/{}", outer_mounts_fd()), "--", "unshare",
             "--mount", "--propagation", "private", "--"},
            {outer_mounts_fd()}};
}

void require_writable(const std::filesystem::path &mounted, const std::string &type) {
    struct statvfs status {};

    if (statvfs(mounted.c_str(), &status) == 0 && (status.f_flag & ST_RDONLY) != 0)
        throw refusal::only_readable(type);
}

/// Looking at a tree moves the working directory, which a thread shares with all others unless it
/// asks for one of its own.
LookFailure look_apart(const std::function<LookFailure()> &look) {
    return std::async(std::launch::async,
                      [&look] {
                          if (unshare(CLONE_FS) != 0)
                              return LookFailure{"/", errno};
                          return look();
                      })
        .get();
}

} // namespace

HostGuest::HostGuest(const Disk &disk, const GuestOptions &options, EventSink &events)
    : directory_((require_host_means(false), base::require_own_proc(), enter_private_mounts(),
                  base::TemporaryDirectory(options.run_directory, "guest-"))),
      read_only_(disk.read_only),
      limits_(options.limits),
      export_(std::make_unique<store::DiskExport>(
          disk, store::DiskExport::Protocol::fuse, directory_.path(), apart_from_our_mounts(),
          // The kernel replays journals, as it will at boot, for who only looks, too.
          disk.read_only ? store::DiskExport::Writes::thrown_away
                         : store::DiskExport::Writes::as_disk)),
      disk_(fmt::format("/proc/{}/root{}", export_->pid(), export_->path().string())) {
    remove_dead_groups();
    std::filesystem::create_directory(root_path());
    attended(*this, [&] { open(events); });
}

/// What is written to a disk that is only looked at, as by the replay of a journal, is kept there.
void HostGuest::require_room() const {
    if (read_only_)
        retouch::base::require_room(directory_.path());
}

/// Tools that could read nothing may say that they found nothing.
std::vector<Volume> HostGuest::volumes() const {
    std::vector<Volume> found = read_volumes(disk_, std::filesystem::file_size(disk_));
    const bool is_there = !base::read_if_there(disk_, 1).empty();
    export_->require_served();
    if (!is_there)
        throw Error(ErrorKind::failed, "the image's disk can no longer be read",
                    "see what ended its helper ('dmesg' tells when memory ran out), and run again");
    return found;
}

void HostGuest::open(EventSink &events) {
    const std::vector<Volume> volumes = this->volumes();
    const Volume &root = find_root(volumes);
    open_root(root);
    FstabMounts fstab(files().head("/etc/fstab", k_largest_fstab + 1).value_or(""), *this);
    Facts found = linux_facts(look_at(files()));
    found.root_device = root.device;
    found.mount_points = {{"/", root.device, root.filesystem}};
    fstab.check_root(found.mount_points.front());
    std::ranges::move(
        fstab.mount(volumes, events,
                    [this](const Volume &volume, const MountAs &as, const std::string &path) {
                        mount_in_guest(volume, as, path);
                    }),
        std::back_inserter(found.mount_points));
    found.unmounted = fstab.unmounted();
    found.doubts = volume_doubts(found.mount_points, volumes, [this](const std::string &name) {
        for (const auto &device : devices_)
            if (device->volume.device == name)
                return base::read_if_there(device->loop.path(), k_superblock_end);
        return std::string();
    });
    require_sandbox({*this, files(), root_path(), false, limits_});
    facts_ = std::move(found);
}

HostGuest::~HostGuest() {
    watched_.reset();
    while (!filesystems_.empty())
        filesystems_.pop_back();
}

LoopDevice HostGuest::loop_of(const Volume &volume) const {
    return {disk_, volume.offset, volume.size};
}

HostGuest::Filesystem HostGuest::mount(const LoopDevice &device, const MountAs &as,
                                       const std::filesystem::path &target, bool read_only) const {
    std::string options = read_only ? careful_options(as.type) : writing_options(as.type);
    if (!as.subvolume.empty())
        options += "," + as.subvolume;
    std::optional<Mount> mounted;
    try {
        mounted.emplace(device.path(), target, driver_of(as.type),
                        read_only ? k_mount_flags | MS_RDONLY : k_mount_flags, options);
    } catch (const Error &error) {
        require_helpers();
        require_room();
        const auto can_look = [&](const std::string &looking) {
            try {
                Mount(device.path(), target, driver_of(as.type), k_mount_flags | MS_RDONLY, looking)
                    .unmount();
                return true;
            } catch (const Error &) {
                return false;
            }
        };
        if (is_log_damaged(as.type, can_look))
            throw refusal::damaged_log(as.type);
        throw refusal::with_features(
            error, rare_features(base::read_if_there(device.path(), k_superblock_end)),
            "appliance");
    }
    if (!read_only)
        require_writable(target, as.type);
    std::optional<Rooted> files(target);
    return {*std::move(mounted), std::move(files)};
}

/// What apply would meet is known when only looking, too.
void HostGuest::try_for_writing(const LoopDevice &device, const MountAs &as,
                                const std::filesystem::path &target) const {
    Filesystem trial = mount(device, as, target, false);
    trial.files.reset();
    trial.mount.unmount();
}

void HostGuest::mount_in_guest(const Volume &volume, const MountAs &as, const std::string &path) {
    auto device = std::ranges::find(devices_, volume.device,
                                    [](const auto &known) { return known->volume.device; });
    const std::filesystem::path target = root_path() / path.substr(1);
    if (device == devices_.end()) {
        device = devices_.insert(devices_.end(),
                                 std::make_unique<Device>(Device{volume, loop_of(volume)}));
        if (read_only_)
            try_for_writing((*device)->loop, as, target);
    }
    filesystems_.push_back(mount((*device)->loop, as, target, read_only_));
}

void HostGuest::open_root(const Volume &root) {
    try {
        mount_in_guest(root, {mount_type(root, {}), {}}, "/");
    } catch (const Error &error) {
        throw refusal::cannot_open(root.device, error);
    }
}

bool HostGuest::holds_root(const Volume &volume) const {
    LoopDevice device = loop_of(volume);
    Filesystem filesystem = mount(device, {mount_type(volume, {}), {}}, root_path(), true);
    const bool is_root = looks_like_root(look_at(*filesystem.files));
    filesystem.files.reset();
    filesystem.mount.unmount();
    device.finish();
    return is_root;
}

const Volume &HostGuest::find_root(const std::vector<Volume> &volumes) const {
    std::vector<const Volume *> roots;
    const std::optional<Error> damage = look_for_roots(
        volumes, [](const Volume &volume) { return may_hold_plain_root(volume.filesystem); },
        [&](const Volume &volume) {
            if (holds_root(volume))
                roots.push_back(&volume);
        },
        [] { return true; });
    if (roots.size() > 1) {
        std::vector<std::string> names;
        names.reserve(roots.size());
        for (const Volume *root : roots)
            names.push_back(root->device);
        throw refusal::several_systems(names);
    }
    if (roots.empty())
        throw damage ? *damage : no_root(volumes, disk_);
    return *roots.front();
}

std::optional<FileInfo> HostGuest::lstat(const std::string &path) const {
    return files().lstat(path);
}

std::vector<std::string> HostGuest::unchangeable(const std::vector<std::string> &paths) const {
    std::vector<std::string> found;
    std::ranges::copy_if(paths, std::back_inserter(found),
                         [this](const std::string &path) { return files().is_unchangeable(path); });
    return found;
}

std::string HostGuest::read(const std::string &path, std::size_t max_bytes) const {
    return files().read(path, max_bytes);
}

std::string HostGuest::sha256(const std::string &path) const {
    return files().sha256(path);
}

std::string HostGuest::read_link(const std::string &path) const {
    return files().read_link(path);
}

std::vector<DirectoryEntry> HostGuest::list(const std::string &path) const {
    return files().list(path);
}

void HostGuest::write(const std::string &path, const FileSource &source, std::uint32_t mode,
                      std::uint32_t uid, std::uint32_t gid) {
    files().write(path, source, mode, uid, gid);
}

void HostGuest::make_directory(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                               std::uint32_t gid) {
    files().make_directory(path, mode, uid, gid);
}

void HostGuest::make_link(const std::string &target, const std::string &path) {
    files().make_link(target, path);
}

void HostGuest::set_attributes(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                               std::uint32_t gid) {
    files().set_attributes(path, mode, uid, gid);
}

void HostGuest::remove(const std::string &path) {
    files().remove(path);
}

std::optional<std::string> HostGuest::label(const std::string &path) const {
    return files().label(path);
}

CommandResult HostGuest::probe(const GuestCommand &command) const {
    return run_command(command, false);
}

CommandResult HostGuest::run(const GuestCommand &command) {
    return run_command(command, !read_only_);
}

std::vector<SandboxDisk> HostGuest::sandbox_disks() const {
    std::vector<SandboxDisk> disks;
    for (const auto &device : devices_)
        disks.push_back({device->loop.path(), &device->volume});
    return disks;
}

CommandResult HostGuest::run_command(const GuestCommand &command, bool writable) const {
    check_command(facts_, command);
    const base::ProcessHandle server = export_->hold();
    const Sandbox sandbox{*this,   files(),         root_path(), writable,
                          limits_, sandbox_disks(), server.fd()};
    if (!writable)
        return run_in_sandbox(sandbox, command);
    PlainCapabilities capabilities;
    for (const Filesystem &filesystem : filesystems_)
        capabilities.watch(filesystem.files->fd());
    CommandResult result = run_in_sandbox(sandbox, command);
    if (const LookFailure failure =
            look_apart([&] { return capabilities.settle(files().fd(), host_tree_tools()); }))
        throw refusal::cannot_store_capabilities(failure.path, failure.code);
    return result;
}

void HostGuest::write_through() const {
    if (read_only_)
        return;
    for (const Filesystem &filesystem : filesystems_)
        filesystem.files->sync();
}

void HostGuest::mark(const std::vector<std::string> &keep) {
    write_through();
    std::vector<int> places;
    for (const Filesystem &filesystem : filesystems_)
        places.push_back(filesystem.files->fd());
    watched_.emplace();
    check_look(
        look_apart([&] { return watched_->mark(files().fd(), places, keep, host_tree_tools()); }));
}

std::vector<EntryChange> HostGuest::changes() {
    write_through();
    std::vector<SeenChange> seen;
    check_look(
        look_apart([&] { return watched_->changes(files().fd(), host_tree_tools(), seen); }));
    return entry_changes(std::move(seen));
}

void HostGuest::require_all_told() {
    std::vector<SeenChange> seen;
    check_look(
        look_apart([&] { return watched_->unnoted(files().fd(), host_tree_tools(), seen); }));
    if (seen.empty())
        return;
    const SeenChange &first = seen.front();
    throw refusal::changed_untold((first.after ? first.after : first.before)->path, seen.size());
}

std::vector<UnlabelledEntry> HostGuest::unlabelled() const {
    std::vector<UnlabelledEntry> found;
    check_look(look_apart(
        [&] { return find_unlabelled(files().fd(), began_, host_tree_tools(), found); }));
    return found;
}

std::vector<FailedLabel> HostGuest::set_labels(const std::vector<PathLabel> &labels) {
    return store_labels(files().fd(), labels, host_tree_tools());
}

void HostGuest::unmount_all() {
    watched_.reset();
    write_through();
    while (!filesystems_.empty()) {
        Filesystem &last = filesystems_.back();
        last.files.reset();
        last.mount.unmount();
        filesystems_.pop_back();
    }
    while (!devices_.empty()) {
        LoopDevice &last = devices_.back()->loop;
        last.finish();
        bytes_written_ += last.bytes_written();
        devices_.pop_back();
    }
}

void HostGuest::finish() {
    unmount_all();
    export_->finish();
}

std::uint64_t HostGuest::bytes_written() const {
    std::uint64_t written = bytes_written_;
    for (const auto &device : devices_)
        written += device->loop.bytes_written();
    return written;
}

} // namespace retouch::guest
