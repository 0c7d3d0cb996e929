#pragma once
// DiskExport: one disk served by a qemu-storage-daemon of its own, over NBD on a unix socket or as
// a FUSE file. It is the one way to open any disk; it does not look inside.

#include "base/file.hpp"
#include "base/helper_guard.hpp"
#include "base/process.hpp"
#include "retouch/store.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace retouch::store {

class FullPoolWatch;

class DiskExport {
  public:
    enum class Protocol {
        nbd, ///< path() is a unix socket; the export is called "disk"
        fuse ///< path() is a regular file holding the raw disk
    };

    enum class Writes {
        as_disk,    ///< into the disk, when it may be written to
        thrown_away ///< beside the disk, which is read-only; they are gone with the daemon
    };

    /// What the daemon is started through: a program that makes a surrounding for it and becomes
    /// it.
    struct Launcher {
        std::vector<std::string> words;
        std::vector<int> inherited; ///< descriptors those words name
    };

    /// Starts the daemon and waits until it serves. `directory` receives the socket or mount point
    /// and the daemon's log, and holds what is thrown away. Throws Error: unavailable when
    /// qemu-storage-daemon is missing or `directory` has no room, failed with the end of its log
    /// when the disk cannot be opened.
    DiskExport(const Disk &disk, Protocol protocol, const std::filesystem::path &directory,
               const Launcher &launcher = {}, Writes writes = Writes::as_disk);
    ~DiskExport();
    DiskExport(const DiskExport &) = delete;
    DiskExport &operator=(const DiskExport &) = delete;

    [[nodiscard]] const std::filesystem::path &path() const { return path_; }

    [[nodiscard]] pid_t pid() const { return daemon_.pid(); }

    /// A hold on the daemon, to hear of its end. Requires: not finished. Throws Error.
    [[nodiscard]] base::ProcessHandle hold() const { return daemon_.hold(); }

    /// Throws Error when the daemon has ended: whatever else went wrong since did so for that
    /// reason. Interrupted, when it was in the way of that; temporary, when the Ceph pool it writes
    /// to stayed full; failed, when others ended it.
    void require_served() const;

    /// Ends the daemon and makes the disk durable; until then a guest's flushes count for nothing.
    /// Throws Error when the daemon did not end cleanly, and as require_served() does.
    void finish();

  private:
    void require_wanted() const;

    Protocol protocol_;
    bool read_only_;
    std::filesystem::path disk_path_; ///< empty for an RBD image
    std::optional<base::TemporaryDirectory>
        short_directory_; ///< when `directory` is too long a path
    std::filesystem::path path_;
    std::filesystem::path log_;
    base::UniqueFd overlay_; ///< takes what is thrown away; the daemon's alone once it is started
    base::ChildProcess daemon_;
    std::unique_ptr<base::HelperGuard> guard_;
    std::unique_ptr<FullPoolWatch> room_watch_; ///< of a writable RBD image
};

} // namespace retouch::store
