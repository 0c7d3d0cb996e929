#pragma once
// ApplianceGuest: a guest opened in libguestfs' appliance, a small virtual machine, so that the
// filesystems of the image never meet this host's kernel. The default.

#include "guest/appliance/appliance_roots.hpp"
#include "guest/appliance/launch.hpp"
#include "guest/appliance/qemu_monitor.hpp"
#include "guest/appliance/watchdog.hpp"
#include "guest/attended_guest.hpp"
#include "guest/volume.hpp"
#include "retouch/guest.hpp"
#include "store/disk_export.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace retouch::guest {

class ApplianceGuest final : public ServedGuest {
  public:
    /// Throws Error as open_guest() does.
    ApplianceGuest(const Disk &disk, const GuestOptions &options, EventSink &events);

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

    void require_all_told() override {}

    [[nodiscard]] std::vector<UnlabelledEntry> unlabelled() const override;
    [[nodiscard]] std::vector<LabelledEntry> labels() const override;
    [[nodiscard]] std::vector<FailedLabel>
    set_labels(const std::vector<PathLabel> &labels) override;
    void trim() override;
    void finish() override;
    [[nodiscard]] std::uint64_t bytes_written() const override;
    void require_helpers() const override;
    void require_room() const override;

    /// Grows what `growth` says of the disk, which was made larger before it was opened. Requires:
    /// facts().layout is what it was foreseen by. Nothing but finish() may be called afterwards.
    /// Throws Error.
    void grow(const DiskGrowth &growth);

  private:
    // Opening: appliance_guest.cpp.
    void launch(EventSink &events);
    void open_system(EventSink &events);
    [[nodiscard]] std::vector<RootPlace> roots() const;
    void mount(const std::string &device, const MountAs &as, const std::string &path,
               bool read_only) const;
    void mount_in_guest(const std::string &device, const MountAs &as,
                        const std::string &path) const;
    void mount_root(const std::string &device, const MountAs &as) const;
    [[nodiscard]] bool is_only_readable(const std::string &path) const;
    [[nodiscard]] std::string head_of_device(const std::string &device) const;
    [[nodiscard]] Error mount_failure(const std::string &device, const MountAs &as,
                                      const std::string &path) const;
    void open_root(const RootPlace &root, EventSink &events);
    void open_inspected(EventSink &events);
    void mount_inspected(const std::vector<MountPoint> &points, bool is_linux, EventSink &events);
    void read_facts();
    [[nodiscard]] DiskLayout read_layout() const;

    // Files: appliance_files.cpp.
    [[nodiscard]] std::optional<std::string> head(const std::string &path, std::size_t bytes) const;
    [[nodiscard]] bool is_regular(const std::string &path, const char *what) const;
    void upload(const FileSource &source, const std::string &path);
    [[nodiscard]] std::string keep_attributes(const std::string &old, const std::string &path);
    void set_owner_and_mode(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                            std::uint32_t gid);
    [[nodiscard]] bool remove_entry(const std::string &path, int depth);

    void write_through() const;
    void require_written() const;
    void need_runner() const;
    [[nodiscard]] CommandResult run_command(const GuestCommand &command, bool writable) const;

    [[nodiscard]] guestfs_h *g() const { return handle_->get(); }

    base::TemporaryDirectory directory_;
    bool read_only_;
    bool network_;
    CommandLimits limits_;
    std::unique_ptr<store::DiskExport> export_;
    std::unique_ptr<Handle> handle_;
    std::unique_ptr<base::HelperGuard> guard_; ///< of the appliance
    std::unique_ptr<Watchdog> watchdog_;
    std::unique_ptr<QemuMonitor> monitor_; ///< until finish()
    std::uint64_t bytes_written_ = 0;      ///< final
    Facts facts_;
    std::vector<Volume> volumes_;
    std::vector<Volume> partitions_;       ///< of the table, or the disk itself
    mutable bool runner_uploaded_ = false; ///< when it is first needed
    std::string disk_errors_;              ///< as counted when the guest was opened
};

} // namespace retouch::guest
