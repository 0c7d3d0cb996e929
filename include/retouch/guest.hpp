#pragma once
// GuestView and Guest: an opened disk, inspected and mounted. GuestView can only look and is all
// planning is given; Guest can also write. Paths are absolute paths inside the guest; symbolic
// links are resolved inside the guest and can never reach the host.
// Thread-safety: a guest is used by one thread at a time, its const members included. All else here
// is plain values.

#include "retouch/disk_growth.hpp"
#include "retouch/effect.hpp"
#include "retouch/event.hpp"
#include "retouch/facts.hpp"
#include "retouch/file_info.hpp"
#include "retouch/file_label.hpp"
#include "retouch/guest_kind.hpp"
#include "retouch/step.hpp"
#include "retouch/store.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace retouch {

struct DirectoryEntry {
    std::string name;
    FileInfo info; ///< of the entry itself, links not followed
};

/// A command to run inside the guest.
struct GuestCommand {
    std::string script;            ///< given to the shell as a file, so any length up to 256 KiB
    std::string shell = "/bin/sh"; ///< absolute path in the guest
    std::vector<std::pair<std::string, std::string>> environment; ///< added to PATH, HOME, LANG
    std::string working_directory = "/";
    std::chrono::seconds time_limit{600}; ///< 1 s and up
    bool network = false;
};

struct CommandResult {
    int exit_status = 0; ///< 0 to 255; 128+N when a signal N ended it
    bool timed_out = false;
    std::vector<std::string> limits; ///< it met, as phrases: "it met the limit of 50 processes"
    OutputTail out;                  ///< at most k_output_bound bytes kept
    OutputTail err;
    double seconds = 0; ///< of wall time
};

/// An entry that will be looked at, and whose digest will be asked for when it is a file of this
/// size, in bytes.
struct LookWish {
    std::string path;
    std::optional<std::uint64_t> digest_of_size;
};

/// What lstat() and sha256() would say of an entry.
struct SeenEntry {
    std::optional<FileInfo> info; ///< nullopt: absent
    std::string sha256;           ///< empty: not looked for
};

/// How much of each output stream of a command is kept, from its end.
inline constexpr std::size_t k_output_bound = std::size_t{64} * 1024;

/// Looks. For one thread at a time.
class GuestView {
  public:
    virtual ~GuestView() = default;

    [[nodiscard]] virtual const Facts &facts() const = 0;

    /// The entry itself, a final link not followed; nullopt when absent. Throws Error.
    [[nodiscard]] virtual std::optional<FileInfo> lstat(const std::string &path) const = 0;

    /// Contents of a regular file, links followed inside the guest. Throws Error when it is absent,
    /// not regular, or larger than `max_bytes`.
    [[nodiscard]] virtual std::string read(const std::string &path,
                                           std::size_t max_bytes) const = 0;

    /// SHA-256 of a regular file, lower-case hex, links followed inside the guest. Throws Error.
    [[nodiscard]] virtual std::string sha256(const std::string &path) const = 0;

    /// Target of a symbolic link, as stored. Throws Error.
    [[nodiscard]] virtual std::string read_link(const std::string &path) const = 0;

    /// Entries of a directory without . and .., sorted by name; empty when it is absent or no
    /// directory; a final link is followed. Throws Error.
    [[nodiscard]] virtual std::vector<DirectoryEntry> list(const std::string &path) const = 0;

    /// Says what will be looked at soon, so that it can be looked at in one go where each question
    /// costs. Changes no answer. Throws Error when the guest is lost.
    virtual void look_ahead(const std::vector<LookWish> & /*wishes*/) const {}

    /// Those of `paths`, in their order, that are immutable or append-only (chattr +i, +a), so that
    /// nobody can replace or remove them; links not followed. One question for all, because each
    /// costs. Throws Error.
    [[nodiscard]] virtual std::vector<std::string>
    unchangeable(const std::vector<std::string> &paths) const = 0;

    /// The SELinux label of the entry itself, a final link not followed; nullopt where the entry or
    /// its filesystem has none. Throws Error, also when there is no such entry.
    [[nodiscard]] virtual std::optional<std::string> label(const std::string &path) const = 0;

    /// Runs a command that cannot change the image: its filesystems are mounted read-only for it.
    /// For guards. Throws Error when it could not be started (no such shell, foreign architecture).
    [[nodiscard]] virtual CommandResult probe(const GuestCommand &command) const = 0;

    /// How read() gives back a text that was written: a value of a secret by its name, also where
    /// the text itself spells it.
    [[nodiscard]] virtual std::string as_read(std::string text) const { return text; }

    /// True when `hash`, as crypt(5) writes it, is one of the recipe's secret of that name. Throws
    /// Error.
    [[nodiscard]] virtual bool is_hash_of(const std::string & /*hash*/,
                                          const std::string & /*secret*/) const {
        return false;
    }
};

/// Bytes to write: text that travels in the plan, or a file on this host.
using FileSource = std::variant<std::string, std::filesystem::path>;

/// Changes. For one thread at a time.
class Guest : public GuestView {
  public:
    /// Replaces or creates a regular file; the parent must exist. A final link is replaced by the
    /// file, not followed. Throws Error.
    virtual void write(const std::string &path, const FileSource &source, std::uint32_t mode,
                       std::uint32_t uid, std::uint32_t gid) = 0;

    /// Creates one directory; the parent must exist and `path` must not. Throws Error.
    virtual void make_directory(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                                std::uint32_t gid) = 0;

    /// Creates a symbolic link, replacing what is there unless that is a directory. Throws Error.
    virtual void make_link(const std::string &target, const std::string &path) = 0;

    /// Sets mode and owner of an existing file or directory. Throws Error.
    virtual void set_attributes(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                                std::uint32_t gid) = 0;

    /// Removes a file, link or whole directory; links are removed, not followed; mount points
    /// inside are emptied, not removed. No error when absent. Throws Error.
    virtual void remove(const std::string &path) = 0;

    /// Runs a command with everything it starts in namespaces of its own (no network unless asked).
    /// When it returns, nothing the command started is alive. Throws as probe() does.
    virtual CommandResult run(const GuestCommand &command) = 0;

    /// Remembers the whole tree as it is now, for changes(). Costs a look at every inode. Small
    /// texts in places where people change them, and the files named in `keep`, are remembered with
    /// their bytes, so that changes() can show a diff. Throws Error.
    virtual void mark(const std::vector<std::string> &keep) = 0;

    /// What of the tree differs from what mark() or the last changes() saw, by path; then remembers
    /// it as it is now. Requires: mark(). Costs what changed where the kernel of this host tells
    /// it, else a look at every inode. A file is told changed when its metadata or the time of
    /// its last change differ, and only then are its bytes read. Both write what commands wrote
    /// through to the disk, so that bytes_written() tells all of it. Throws Error.
    [[nodiscard]] virtual std::vector<EntryChange> changes() = 0;

    /// Throws Error, failed, when something of the tree differs that no changes() told: where the
    /// kernel is asked what to look at, it did not tell of that. Costs a look at every inode there,
    /// and nothing where changes() does. To be called after the last changes(). Requires: mark().
    virtual void require_all_told() = 0;

    /// What was made or changed since the guest was opened and has no SELinux label: by the way,
    /// all that was made, for no guest's kernel has a policy. In order of a walk. Costs a look at
    /// every inode, whatever mark() knows. Throws Error.
    [[nodiscard]] virtual std::vector<UnlabelledEntry> unlabelled() const = 0;

    /// Every entry with the label it has, in order of a walk. Costs a look at every inode. Throws
    /// Error.
    [[nodiscard]] virtual std::vector<LabelledEntry> labels() const = 0;

    /// Gives labels to entries that have none, or still their former one; links are not followed.
    /// What has another by now keeps it, and what is on a filesystem without labels stays without.
    /// Returns what did not work.
    /// Throws Error when nothing of it can be known.
    [[nodiscard]] virtual std::vector<FailedLabel>
    set_labels(const std::vector<PathLabel> &labels) = 0;

    /// Gives back the blocks that the mounted filesystems do not use, where they and the disk can.
    /// Costs a look at all that is free. Throws Error.
    virtual void trim() = 0;

    /// Flushes, unmounts and closes; the data is durable when it returns. Nothing else may be
    /// called afterwards. The destructor closes without reporting. Throws Error.
    virtual void finish() = 0;

    /// Bytes written to the disk so far, discards left out; final after finish(). Throws Error.
    [[nodiscard]] virtual std::uint64_t bytes_written() const = 0;
};

/// What one command and everything it starts may use at once: memory and processes are counted for
/// all of them together.
struct CommandLimits {
    std::uint64_t memory_bytes = std::uint64_t{4} << 30;
    std::uint64_t processes = 4096;                    ///< and threads
    std::uint64_t open_files = 65536;                  ///< of each process
    std::uint64_t file_bytes = std::uint64_t{1} << 44; ///< the size of one file, holes counted
    std::chrono::seconds time{86400};                  ///< a command's own limit is cut to it

    bool operator==(const CommandLimits &) const = default;
};

struct GuestOptions {
    GuestKind kind = GuestKind::appliance;
    std::filesystem::path run_directory; ///< private to this run; sockets and temporary files
    bool network = false;                ///< some command will ask for it
    CommandLimits limits = {};
    ApplianceKind appliance = ApplianceKind::best;
};

/// Opens `disk`, inspects it and mounts its filesystems; read-only when the disk is.
/// Emits notices (KVM missing) on `events`. Blocks for the appliance's start (seconds).
/// Throws Error: refused for no or several roots, unknown systems, encrypted or foreign disks;
/// unavailable for missing tools or rights, with what to install.
[[nodiscard]] std::unique_ptr<Guest> open_guest(const Disk &disk, const GuestOptions &options,
                                                EventSink &events);

/// Makes what holds the root of `disk` fill it. `disk` is writable, was of `before` bytes and has
/// by now the size of `wish`. Says what grew. Always in libguestfs' appliance, whatever `options`
/// say: tables and filesystems of a stranger are not for the host's kernel. Throws Error: refused,
/// having changed nothing, when the root cannot be grown; as open_guest() otherwise.
[[nodiscard]] DiskGrowth grow_root(const Disk &disk, const DiskWish &wish, std::int64_t before,
                                   const GuestOptions &options, EventSink &events);

} // namespace retouch
