#pragma once
// HostGuest: a guest opened by this host's kernel. For images that are trusted, as root. It moves
// the calling thread into a private mount namespace, where it stays.

#include "guest/attended_guest.hpp"
#include "guest/fstab_mounts.hpp"
#include "guest/host/bubblewrap.hpp"
#include "guest/host/loop_device.hpp"
#include "guest/host/mount.hpp"
#include "guest/host/rooted.hpp"
#include "guest/tree/tree_labels.hpp"
#include "guest/tree/watched_tree.hpp"
#include "guest/volume.hpp"
#include "retouch/guest.hpp"
#include "store/disk_export.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace retouch::guest {

class HostGuest final : public ServedGuest {
  public:
    /// Throws Error as open_guest() does.
    HostGuest(const Disk &disk, const GuestOptions &options, EventSink &events);
    ~HostGuest() override;
    HostGuest(const HostGuest &) = delete;
    HostGuest &operator=(const HostGuest &) = delete;

    [[nodiscard]] const Facts &facts() const override { return facts_; }

    [[nodiscard]] std::optional<FileInfo> lstat(const std::string &path) const override;
    [[nodiscard]] std::string read(const std::string &path, std::size_t max_bytes) const override;
    [[nodiscard]] std::string sha256(const std::string &path) const override;
    [[nodiscard]] std::string read_link(const std::string &path) const override;
    [[nodiscard]] std::vector<DirectoryEntry> list(const std::string &path) const override;
    [[nodiscard]] std::vector<std::string>
    unchangeable(const std::vector<std::string> &paths) const override;
    [[nodiscard]] std::optional<std::string> label(const std::string &path) const override;
    [[nodiscard]] CommandResult probe(const GuestCommand &command) const override;

    void write(const std::string &path, const FileSource &source, std::uint32_t mode,
               std::uint32_t uid, std::uint32_t gid) override;
    void make_directory(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                        std::uint32_t gid) override;
    void make_link(const std::string &target, const std::string &path) override;
    void set_attributes(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                        std::uint32_t gid) override;
    void remove(const std::string &path) override;
    CommandResult run(const GuestCommand &command) override;
    void mark(const std::vector<std::string> &keep) override;
    [[nodiscard]] std::vector<EntryChange> changes() override;
    void require_all_told() override;
    [[nodiscard]] std::vector<UnlabelledEntry> unlabelled() const override;
    [[nodiscard]] std::vector<FailedLabel>
    set_labels(const std::vector<PathLabel> &labels) override;
    void finish() override;
    [[nodiscard]] std::uint64_t bytes_written() const override;

    void require_helpers() const override { export_->require_served(); }

    void require_room() const override;

  private:
    /// A volume in use: there is one device for it however often it is mounted, because two would
    /// be two filesystems over the same bytes.
    struct Device {
        Volume volume;
        LoopDevice loop;
    };

    /// One place where something is mounted.
    struct Filesystem {
        Mount mount;
        std::optional<Rooted> files; ///< sees the errors of writing back; open until finish()
    };

    void open(EventSink &events);
    [[nodiscard]] std::vector<Volume> volumes() const;
    [[nodiscard]] LoopDevice loop_of(const Volume &volume) const;
    [[nodiscard]] Filesystem mount(const LoopDevice &device, const MountAs &as,
                                   const std::filesystem::path &target, bool read_only) const;
    void try_for_writing(const LoopDevice &device, const MountAs &as,
                         const std::filesystem::path &target) const;
    void mount_in_guest(const Volume &volume, const MountAs &as, const std::string &path);
    [[nodiscard]] bool holds_root(const Volume &volume) const;
    [[nodiscard]] const Volume &find_root(const std::vector<Volume> &volumes) const;
    void open_root(const Volume &root);

    [[nodiscard]] std::filesystem::path root_path() const { return directory_.path() / "root"; }

    [[nodiscard]] const Rooted &files() const { return *filesystems_.front().files; }

    void write_through() const;
    void unmount_all();
    [[nodiscard]] std::vector<SandboxDisk> sandbox_disks() const;
    [[nodiscard]] CommandResult run_command(const GuestCommand &command, bool writable) const;

    base::TemporaryDirectory directory_;
    bool read_only_;
    CommandLimits limits_;
    std::unique_ptr<store::DiskExport> export_;
    std::filesystem::path disk_; ///< the exported file, seen through the daemon's namespace
    std::vector<std::unique_ptr<Device>> devices_; ///< outlive what is mounted from them
    std::vector<Filesystem> filesystems_;          ///< the root first
    std::uint64_t bytes_written_ = 0;              ///< to the devices that are closed
    Facts facts_;
    std::optional<WatchedTree> watched_; ///< of mark() and changes(); borrows filesystems_
    ClockMark began_ = ClockMark::now();
};

} // namespace retouch::guest
