// Mounting and, in reverse, unmounting, with every error of writing back reported.

#include "guest/host/mounted_volumes.hpp"

#include "guest/log_damage.hpp"
#include "guest/mount_rules.hpp"
#include "guest/partition_table.hpp"
#include "guest/refusals.hpp"
#include "guest/root_search.hpp"
#include "guest/superblock.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

namespace retouch::guest {

namespace {

/// Nothing of an image is a device, gives rights or is a program on this host. Commands get a copy
/// of the mount from which they may execute.
constexpr unsigned long k_mount_flags = MS_NODEV | MS_NOSUID | MS_NOEXEC | MS_NOATIME;

/// Why there is no root: the most telling thing among the volumes.
Error no_root(const std::vector<Volume> &volumes, const std::filesystem::path &disk) {
    for (const Volume &volume : volumes)
        if (volume.filesystem == "crypto_LUKS" || volume.filesystem == "BitLocker")
            return refusal::encrypted(volume.device);
    for (const Volume &volume : volumes)
        if (!is_plain(volume.filesystem))
            return refusal::needs_appliance(
                fmt::format("{} ({})", volume.device, volume.filesystem));
    return refusal::no_system(base::read_if_there(disk, k_beginning));
}

void require_writable(const std::filesystem::path &mounted, const std::string &type) {
    struct statvfs status {};

    if (statvfs(mounted.c_str(), &status) == 0 && (status.f_flag & ST_RDONLY) != 0)
        throw refusal::only_readable(type);
}

} // namespace

RootFiles root_files(const Rooted &files) {
    return {
        [&files](const std::string &path, std::size_t bytes) { return files.head(path, bytes); },
        [&files](const std::string &path) { return files.lstat(path).has_value(); }};
}

MountedVolumes::~MountedVolumes() {
    while (!filesystems_.empty())
        filesystems_.pop_back();
}

const Volume &MountedVolumes::mount_root(const std::vector<Volume> &volumes,
                                         const std::filesystem::path &disk) {
    const Volume &root = find_root(volumes, disk);
    try {
        mount(root, {mount_type(root, {}), {}}, "/");
    } catch (const Error &error) {
        throw refusal::cannot_open(root.device, error);
    }
    return root;
}

void MountedVolumes::mount(const Volume &volume, const MountAs &as, const std::string &path) {
    auto known = std::ranges::find(devices_, volume.device,
                                   [](const auto &attached) { return attached->volume.device; });
    const std::filesystem::path target = root_ / path.substr(1);
    if (known == devices_.end()) {
        known = devices_.insert(
            devices_.end(), std::make_unique<Attached>(Attached{volume, means_.attach(volume)}));
        if (read_only_)
            try_for_writing(*(*known)->device, as, target);
    }
    filesystems_.push_back(mounted(*(*known)->device, as, target, read_only_));
}

MountedVolumes::Filesystem MountedVolumes::mounted(const BlockDevice &device, const MountAs &as,
                                                   const std::filesystem::path &target,
                                                   bool read_only) const {
    std::string options = read_only ? careful_options(as.type) : writing_options(as.type);
    if (!as.subvolume.empty())
        options += "," + as.subvolume;
    std::optional<Mount> mounted;
    try {
        mounted.emplace(device.path(), target, driver_of(as.type),
                        read_only ? k_mount_flags | MS_RDONLY : k_mount_flags, options);
    } catch (const Error &error) {
        means_.attend();
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
void MountedVolumes::try_for_writing(const BlockDevice &device, const MountAs &as,
                                     const std::filesystem::path &target) const {
    Filesystem trial = mounted(device, as, target, false);
    trial.files.reset();
    trial.mount.unmount();
}

bool MountedVolumes::holds_root(const Volume &volume) const {
    const std::unique_ptr<BlockDevice> device = means_.attach(volume);
    Filesystem filesystem = mounted(*device, {mount_type(volume, {}), {}}, root_, true);
    const bool is_root = looks_like_root(root_files(*filesystem.files));
    filesystem.files.reset();
    filesystem.mount.unmount();
    device->finish();
    return is_root;
}

const Volume &MountedVolumes::find_root(const std::vector<Volume> &volumes,
                                        const std::filesystem::path &disk) const {
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
        throw damage ? *damage : no_root(volumes, disk);
    return *roots.front();
}

std::vector<int> MountedVolumes::places() const {
    std::vector<int> places;
    for (const Filesystem &filesystem : filesystems_)
        places.push_back(filesystem.files->fd());
    return places;
}

std::vector<SandboxDisk> MountedVolumes::disks() const {
    std::vector<SandboxDisk> disks;
    for (const auto &attached : devices_)
        disks.push_back({attached->device->path(), &attached->volume});
    return disks;
}

std::string MountedVolumes::beginning_of(const std::string &device) const {
    for (const auto &attached : devices_)
        if (attached->volume.device == device)
            return base::read_if_there(attached->device->path(), k_last_superblock_end);
    return {};
}

void MountedVolumes::write_through() const {
    if (read_only_)
        return;
    for (const Filesystem &filesystem : filesystems_)
        filesystem.files->sync();
}

void MountedVolumes::finish() {
    write_through();
    while (!filesystems_.empty()) {
        Filesystem &last = filesystems_.back();
        last.files.reset();
        last.mount.unmount();
        filesystems_.pop_back();
    }
    while (!devices_.empty()) {
        BlockDevice &last = *devices_.back()->device;
        last.finish();
        bytes_written_ += last.bytes_written();
        devices_.pop_back();
    }
}

std::uint64_t MountedVolumes::bytes_written() const {
    std::uint64_t written = bytes_written_;
    for (const auto &attached : devices_)
        written += attached->device->bytes_written();
    return written;
}

} // namespace retouch::guest
