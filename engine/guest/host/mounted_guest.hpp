#pragma once
// MountedGuest: a guest whose volumes are mounted by the kernel this runs under: its files, its
// commands in sandboxes, and what they change. How its disk comes here is for who derives from it.

#include "base/process_handle.hpp"
#include "guest/attended_guest.hpp"
#include "guest/host/mounted_volumes.hpp"
#include "guest/tree/tree_labels.hpp"
#include "guest/tree/watched_tree.hpp"
#include "guest/volume.hpp"
#include "retouch/guest.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace retouch::guest {

class MountedGuest : public ServedGuest {
  public:
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

    /// As write(), with bytes that come in pieces.
    void write_pieces(const std::string &path, const Rooted::Pieces &pieces, std::uint32_t mode,
                      std::uint32_t uid, std::uint32_t gid);

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
    [[nodiscard]] std::vector<LabelledEntry> labels() const override;
    [[nodiscard]] std::vector<FailedLabel>
    set_labels(const std::vector<PathLabel> &labels) override;
    void trim() override;
    void finish() override;
    [[nodiscard]] std::uint64_t bytes_written() const override;

  protected:
    explicit MountedGuest(const CommandLimits &limits) : limits_(limits) {}

    [[nodiscard]] const CommandLimits &limits() const { return limits_; }

    /// Mounts the root among `volumes` and what its fstab wants, and learns the facts. `disk` is
    /// what the volumes are of. Throws Error as open_guest() does.
    void open(const std::filesystem::path &root, bool read_only, MountedVolumes::Means means,
              const std::vector<Volume> &volumes, const std::filesystem::path &disk,
              EventSink &events);

    /// Unmounts without reporting, before what serves the disk goes.
    void let_go();

    /// A hold on what serves the disk, whose end is the end of a command; nothing: nobody does.
    [[nodiscard]] virtual std::optional<base::ProcessHandle> server() const = 0;

    /// As Sandbox::joined_network.
    [[nodiscard]] virtual std::optional<std::string> joined_network() const { return std::nullopt; }

  private:
    [[nodiscard]] const Rooted &files() const { return volumes_->files(); }

    [[nodiscard]] Facts mount_all(const std::vector<Volume> &volumes,
                                  const std::filesystem::path &disk, EventSink &events);
    [[nodiscard]] CommandResult run_command(const GuestCommand &command, bool writable) const;

    CommandLimits limits_;
    std::optional<MountedVolumes> volumes_;
    Facts facts_;
    std::optional<WatchedTree> watched_; ///< of mark() and changes(); borrows volumes_
    ClockMark began_ = ClockMark::now();
};

} // namespace retouch::guest
