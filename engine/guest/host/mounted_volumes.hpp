#pragma once
// MountedVolumes: volumes of an image, mounted by the kernel this runs under at one directory and
// below. The root is found here; what else belongs where is for fstab to say.

#include "guest/fstab_mounts.hpp"
#include "guest/host/block_device.hpp"
#include "guest/host/bubblewrap.hpp"
#include "guest/host/mount.hpp"
#include "guest/host/rooted.hpp"
#include "guest/inspect.hpp"
#include "guest/volume.hpp"
#include "retouch/error.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace retouch::guest {

class MountedVolumes {
  public:
    struct Means {
        /// Makes a volume a device. Throws Error.
        std::function<std::unique_ptr<BlockDevice>(const Volume &volume)> attach;
        /// Called when a mount failed: throws Error where that was not the image's fault.
        std::function<void()> attend;
    };

    /// `root`: an empty directory. When `read_only`, all is mounted so, once writing was tried.
    MountedVolumes(std::filesystem::path root, bool read_only, Means means)
        : root_(std::move(root)), read_only_(read_only), means_(std::move(means)) {}

    /// Unmounts without reporting.
    ~MountedVolumes();
    MountedVolumes(const MountedVolumes &) = delete;
    MountedVolumes &operator=(const MountedVolumes &) = delete;

    /// Mounts the one volume that holds a system, and returns it. `disk` is read for the reason
    /// when there is none. Throws Error: refused for none, or several.
    const Volume &mount_root(const std::vector<Volume> &volumes, const std::filesystem::path &disk);

    /// Mounts a volume at a directory of the guest. Requires: mount_root(). Throws Error whose
    /// message is the reason alone.
    void mount(const Volume &volume, const MountAs &as, const std::string &path);

    [[nodiscard]] const std::filesystem::path &root() const { return root_; }

    [[nodiscard]] bool read_only() const { return read_only_; }

    /// What is below the root. Requires: mount_root().
    [[nodiscard]] const Rooted &files() const { return *filesystems_.front().files; }

    /// A directory of each filesystem, open for reading as long as it is mounted.
    [[nodiscard]] std::vector<int> places() const;

    [[nodiscard]] std::vector<SandboxDisk> disks() const;

    /// The first k_last_superblock_end bytes of a mounted volume; empty for others.
    [[nodiscard]] std::string beginning_of(const std::string &device) const;

    /// Throws Error when data was lost.
    void write_through() const;

    /// Writes through, unmounts and lets go of the devices. Nothing else may be called afterwards
    /// but bytes_written(). Throws Error when data was lost.
    void finish();

    /// Of all devices; final after finish(). Throws Error.
    [[nodiscard]] std::uint64_t bytes_written() const;

  private:
    /// A volume in use: there is one device for it however often it is mounted, because two would
    /// be two filesystems over the same bytes.
    struct Attached {
        Volume volume;
        std::unique_ptr<BlockDevice> device;
    };

    /// One place where something is mounted.
    struct Filesystem {
        Mount mount;
        std::optional<Rooted> files; ///< sees the errors of writing back; open until finish()
    };

    [[nodiscard]] Filesystem mounted(const BlockDevice &device, const MountAs &as,
                                     const std::filesystem::path &target, bool read_only) const;
    void try_for_writing(const BlockDevice &device, const MountAs &as,
                         const std::filesystem::path &target) const;
    [[nodiscard]] bool holds_root(const Volume &volume) const;
    [[nodiscard]] const Volume &find_root(const std::vector<Volume> &volumes,
                                          const std::filesystem::path &disk) const;

    std::filesystem::path root_;
    bool read_only_;
    Means means_;
    std::vector<std::unique_ptr<Attached>> devices_; ///< outlive what is mounted from them
    std::vector<Filesystem> filesystems_;            ///< the root first
    std::uint64_t bytes_written_ = 0;                ///< to the devices that are closed
};

/// What linux_facts() and others look at.
[[nodiscard]] RootFiles root_files(const Rooted &files);

} // namespace retouch::guest
