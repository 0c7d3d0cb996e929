// Opening and closing: export, volumes, the one root among them, its fstab; and in reverse, with
// every error of writing back reported. Files and commands are handed to Rooted and bubblewrap.

#include "guest/host/host_guest.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/command.hpp"
#include "guest/effects/entry_changes.hpp"
#include "guest/host/partitions.hpp"
#include "guest/host/tree_tools.hpp"
#include "guest/inspect.hpp"
#include "guest/refusals.hpp"
#include "guest/resolve.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <functional>
#include <future>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

namespace retouch {

namespace {

constexpr std::size_t k_fstab_bound = std::size_t{64} * 1024;

bool is_extended_filesystem(const std::string &type) {
    return type == "ext2" || type == "ext3" || type == "ext4";
}

bool can_hold_root(const std::string &type) {
    return is_extended_filesystem(type) || type == "xfs";
}

std::string mount_options(const std::string &type, bool read_only) {
    if (type == "xfs")
        return read_only ? "nouuid,norecovery" : "nouuid"; // a copy may be mounted elsewhere
    return is_extended_filesystem(type) && read_only ? "noload" : "";
}

RootFiles look_at(const Rooted &files) {
    return {
        [&files](const std::string &path, std::size_t bytes) { return files.head(path, bytes); },
        [&files](const std::string &path) { return files.lstat(path).has_value(); }};
}

/// Why there is no root: the most telling thing among the volumes.
Error no_root(const std::vector<Volume> &volumes) {
    for (const Volume &volume : volumes)
        if (volume.filesystem == "crypto_LUKS" || volume.filesystem == "BitLocker")
            return refusal::encrypted(volume.device);
    constexpr std::array harmless = {"", "vfat", "swap", "ext2", "ext3", "ext4", "xfs"};
    for (const Volume &volume : volumes)
        if (std::ranges::count(harmless, volume.filesystem) == 0)
            return refusal::needs_appliance(
                fmt::format("{} ({})", volume.device, volume.filesystem));
    return refusal::no_system();
}

/// The daemon serves what is mounted here, so it must not be the one whose death unmounts it: it
/// would wait for itself for ever, and every sync of this machine with it. It therefore gets a
/// namespace made from the outer one, which none of the guests' mounts are in.
DiskExport::Launcher apart_from_our_mounts() {
    return {{"nsenter", fmt::format("--mount=/proc/self/fd/{}", outer_mounts_fd()), "--", "unshare",
             "--mount", "--propagation", "private", "--"},
            {outer_mounts_fd()}};
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

void require_root() {
    if (geteuid() != 0)
        throw Error(ErrorKind::not_authorised, "the host guest mounts filesystems and needs root",
                    "run retouch as root, or use --guest appliance");
}

} // namespace

HostGuest::HostGuest(const Disk &disk, const GuestOptions &options, EventSink &events)
    : directory_((require_root(), require_bubblewrap(), enter_private_mounts(),
                  TemporaryDirectory(options.run_directory, "guest-"))),
      read_only_(disk.read_only),
      limits_(options.limits),
      export_(std::make_unique<DiskExport>(disk, DiskExport::Protocol::fuse, directory_.path(),
                                           apart_from_our_mounts())),
      disk_(fmt::format("/proc/{}/root{}", export_->pid(), export_->path().string())) {
    std::filesystem::create_directory(root_path());
    const std::vector<Volume> volumes = read_volumes(disk_, std::filesystem::file_size(disk_));
    const Volume &root = find_root(volumes);
    filesystems_.push_back(open(root, root_path(), read_only_));
    facts_.mount_points.push_back({"/", root.device, root.filesystem});
    mount_others(volumes, events);
    require_sandbox({*this, files(), root_path(), false, limits_});
    Facts found = linux_facts(look_at(files()));
    found.root_device = root.device;
    found.mount_points = std::move(facts_.mount_points);
    facts_ = std::move(found);
}

HostGuest::~HostGuest() {
    while (!filesystems_.empty())
        filesystems_.pop_back();
}

HostGuest::Filesystem HostGuest::open(const Volume &volume, const std::filesystem::path &target,
                                      bool read_only) const {
    auto device = std::make_unique<LoopDevice>(disk_, volume.offset, volume.size, read_only);
    unsigned long flags = MS_NODEV | MS_NOATIME;
    if (read_only)
        flags |= MS_RDONLY;
    Mount mounted(device->path(), target, volume.filesystem, flags,
                  mount_options(volume.filesystem, read_only));
    std::optional<Rooted> files(target);
    return {std::move(device), std::move(mounted), std::move(files)};
}

bool HostGuest::holds_root(const Volume &volume) const {
    Filesystem filesystem = open(volume, root_path(), true);
    const bool is_root = looks_like_root(look_at(*filesystem.files));
    filesystem.files.reset();
    filesystem.mount.unmount();
    return is_root;
}

const Volume &HostGuest::find_root(const std::vector<Volume> &volumes) const {
    std::vector<const Volume *> roots;
    std::optional<Error> damage;
    for (const Volume &volume : volumes) {
        if (!can_hold_root(volume.filesystem))
            continue;
        try {
            if (holds_root(volume))
                roots.push_back(&volume);
        } catch (const Error &error) {
            damage = error;
        }
    }
    if (roots.size() > 1) {
        std::vector<std::string> names;
        names.reserve(roots.size());
        for (const Volume *root : roots)
            names.push_back(root->device);
        throw refusal::several_systems(names);
    }
    if (roots.empty())
        throw damage ? *damage : no_root(volumes);
    return *roots.front();
}

void HostGuest::mount_others(const std::vector<Volume> &volumes, EventSink &events) {
    const std::string fstab = files().head("/etc/fstab", k_fstab_bound).value_or("");
    for (const FstabEntry &entry : read_fstab(fstab)) {
        try {
            mount_other(entry, volumes);
        } catch (const Error &error) {
            events.on(refusal::not_mounted(entry.path, error.what()));
        }
    }
}

void HostGuest::mount_other(const FstabEntry &entry, const std::vector<Volume> &volumes) {
    const Volume *volume = find_volume(entry.device, volumes);
    if (volume == nullptr)
        throw Error(ErrorKind::failed, fmt::format("{} is not on the image", escape(entry.device)));
    const std::string path = resolve_in_guest(*this, entry.path);
    filesystems_.push_back(open(*volume, root_path() / path.substr(1), read_only_));
    facts_.mount_points.push_back({entry.path, volume->device, volume->filesystem});
}

std::optional<FileInfo> HostGuest::lstat(const std::string &path) const {
    return files().lstat(path);
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

CommandResult HostGuest::probe(const GuestCommand &command) const {
    return run_command(command, false);
}

CommandResult HostGuest::run(const GuestCommand &command) {
    return run_command(command, !read_only_);
}

CommandResult HostGuest::run_command(const GuestCommand &command, bool writable) const {
    check_command(facts_, command);
    CommandResult result =
        run_in_sandbox({*this, files(), root_path(), writable, limits_}, command);
    export_->require_served();
    return result;
}

void HostGuest::write_through() const {
    if (read_only_)
        return;
    try {
        for (const Filesystem &filesystem : filesystems_)
            filesystem.files->sync();
    } catch (const Error &) {
        export_->require_served();
        throw;
    }
}

void HostGuest::mark(const std::vector<std::string> &keep) {
    write_through();
    check_look(look_apart([&] { return memory_.mark(files().fd(), keep, host_tree_tools()); }));
}

std::vector<EntryChange> HostGuest::changes() {
    write_through();
    std::vector<SeenChange> seen;
    check_look(look_apart([&] { return memory_.changes(files().fd(), host_tree_tools(), seen); }));
    return entry_changes(std::move(seen));
}

void HostGuest::unmount_all() {
    write_through();
    while (!filesystems_.empty()) {
        Filesystem &last = filesystems_.back();
        last.files.reset();
        last.mount.unmount();
        last.device->finish();
        bytes_written_ += last.device->bytes_written();
        filesystems_.pop_back();
    }
}

void HostGuest::finish() {
    try {
        unmount_all();
    } catch (const Error &) {
        export_->require_served();
        throw;
    }
    export_->finish();
}

std::uint64_t HostGuest::bytes_written() const {
    std::uint64_t written = bytes_written_;
    for (const Filesystem &filesystem : filesystems_)
        written += filesystem.device->bytes_written();
    return written;
}

} // namespace retouch
