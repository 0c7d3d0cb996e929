#pragma once
// ImageStore keeps image bytes; Stage is a private copy-on-write copy of one image with a new id
// from birth, which ends published or discarded. Bytes under a published id are never touched.
// Thread-safety: a store, its stages and readers are used by one thread at a time. Disk and its
// parts are plain values.

#include "retouch/image.hpp"
#include "retouch/output_wish.hpp"
#include "retouch/publish.hpp"
#include "retouch/sealed.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace retouch {

/// How a Ceph cluster is reached. Empty fields: Ceph's own defaults.
struct RbdAccess {
    std::filesystem::path conf; ///< default: CEPH_CONF, then /etc/ceph/ceph.conf
    std::string user;           ///< without "client."; default: admin
    std::filesystem::path keyring;

    bool operator==(const RbdAccess &) const = default;
};

/// An RBD image, or one snapshot of it, and how to reach it.
struct RbdDisk {
    RbdAccess access;
    std::string pool;
    std::string image;
    std::string snapshot; ///< empty: the image itself

    bool operator==(const RbdDisk &) const = default;
};

/// An image file of this host.
struct DiskFile {
    std::string format;         ///< raw | qcow2
    std::filesystem::path path; ///< absolute

    bool operator==(const DiskFile &) const = default;
};

/// A qcow2 file of this host that holds what differs from `base`, which is only read.
struct DiskOverlay {
    std::filesystem::path path; ///< absolute
    DiskFile base;

    bool operator==(const DiskOverlay &) const = default;
};

/// How qemu-storage-daemon opens a disk: a value, safe to keep, nothing is open.
struct Disk {
    std::variant<DiskFile, DiskOverlay, RbdDisk> place;
    std::int64_t virtual_size_bytes = 0;
    bool read_only = true;

    bool operator==(const Disk &) const = default;

    /// Where it is in Ceph; nullptr when it is in files of this host.
    [[nodiscard]] const RbdDisk *rbd() const { return std::get_if<RbdDisk>(&place); }

    /// The file that is written to; nullopt in Ceph.
    [[nodiscard]] std::optional<DiskFile> file() const;

    [[nodiscard]] std::string format() const; ///< raw | qcow2
};

/// Told how far long work is, in bytes; `total` is 0 when unknown. It returns false to cancel. It
/// is called from the thread that asked for the work.
using WorkProgress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

/// Reads the final bytes of a sealed stage. For one thread at a time.
class ByteReader {
  public:
    virtual ~ByteReader() = default;

    [[nodiscard]] virtual std::uint64_t size() const = 0; ///< bytes

    /// Fills `buffer` from `offset` on; less only at the end. Throws Error.
    virtual std::size_t read(std::uint64_t offset, std::span<char> buffer) = 0;
};

/// A copy in work. For one thread at a time; whoever has it open writes to disk() alone.
class Stage {
  public:
    /// Discards the bytes unless publish() or keep() was called. Never throws.
    virtual ~Stage() = default;

    [[nodiscard]] virtual const std::string &id() const = 0;

    /// The disk to work on, writable. Valid until seal().
    [[nodiscard]] virtual Disk disk() const = 0;

    /// Makes the disk larger: `bytes` of whole sectors, more than it has; what is new holds zeros
    /// and takes no room. From now on disk() says so. Nobody has it open, and it is not sealed.
    /// Throws Error.
    virtual void grow(std::int64_t bytes) = 0;

    /// How seal() leaves the bytes; without it as they are. A store that keeps raw images alone is
    /// asked for nothing else. Requires: not sealed.
    virtual void keep_as(const OutputWish & /*wish*/) {}

    /// Makes the bytes final and durable and computes their checksum where that is cheap. No writer
    /// may be open. Throws Error; interrupted when `progress` returns false.
    virtual SealedImage seal(const WorkProgress &progress) = 0;

    /// The sealed bytes. Requires: sealed, not published. Throws Error.
    [[nodiscard]] virtual std::unique_ptr<ByteReader> reader() const = 0;

    /// Puts the sealed bytes in their place under id(). Requires: sealed. Throws Error.
    virtual void publish() = 0;

    /// Leaves the sealed bytes where they are, for ImageStore::adopt(), with a note for people that
    /// they wait until `until` (RFC 3339). Returns KeptStage::proof, at most 256 printable
    /// characters. Nothing may be called afterwards but the destructor. Requires: sealed. Throws
    /// Error, keeping nothing.
    [[nodiscard]] virtual std::string keep(const std::string &until) = 0;

    /// Where the bytes are while unpublished, for the journal: what recovery must remove.
    [[nodiscard]] virtual std::string location() const = 0;
};

/// For one thread at a time.
class ImageStore {
  public:
    virtual ~ImageStore() = default;

    /// The bytes of a published image, read-only. Throws Error when they are not there.
    [[nodiscard]] virtual Disk disk(const Image &image) const = 0;

    /// A new stage holding `source`'s bytes, to be published as `new_id`. Costs time and space by
    /// the data the source uses, not by its virtual size. Throws Error, leaving nothing behind.
    /// A store that shares no data ignores `lineage`.
    [[nodiscard]] virtual std::unique_ptr<Stage>
    stage(const Image &source, const std::string &new_id, LineagePolicy lineage) = 0;

    /// The stage `kept`, made from `source`, sealed as before, and called `new_id` from now on: it
    /// ends as every other. Throws Error: stale, leaving them alone, when the bytes are gone or not
    /// those that were kept.
    [[nodiscard]] virtual std::unique_ptr<Stage> adopt(const Image &source, const KeptStage &kept,
                                                       const std::string &new_id,
                                                       LineagePolicy lineage) = 0;

    /// Removes the kept stage `kept_id`; nothing that is not a kept stage, whatever is called so.
    /// No error when absent.
    virtual void discard(const std::string &kept_id) = 0;

    /// A stage that is never sealed, made where the caller may write when that is elsewhere; it may
    /// need `source`'s bytes as long as it lives. Otherwise as stage().
    [[nodiscard]] virtual std::unique_ptr<Stage> rehearsal_stage(const Image &source,
                                                                 const std::string &new_id) {
        return stage(source, new_id, LineagePolicy::detach);
    }

    /// Where a stage of `source` will be, in words for a journal, record or plan from which
    /// look_in() can be told: to be asked and noted before it is made. Empty where a store has one
    /// place for all. Throws Error as stage() does.
    [[nodiscard]] virtual std::string stage_place(const Image & /*source*/) const { return {}; }

    /// Likewise of rehearsal_stage().
    [[nodiscard]] virtual std::string rehearsal_place(const Image &source) const {
        return stage_place(source);
    }

    /// From now on discard() and remove() look there, too: a stage_place() or a Stage::location()
    /// that somebody noted, or anything else, which is passed over.
    virtual void look_in(const std::string & /*place*/) {}

    /// Removes published bytes, or what an unfinished stage left at `id`. No error when absent.
    virtual void remove(const std::string &id) = 0;

    /// True when the published bytes of `image` are not complete without others. Throws Error.
    [[nodiscard]] virtual bool shares_data(const Image &image) const = 0;

    /// Completes the published bytes of `image`, so that they share nothing with the source's. Can
    /// be repeated after any interruption; done at once when they share nothing. A delete of the
    /// image that failed half way, because it was at work, is made good. Returns what a reader of
    /// the report should know, as Catalog::attach() does. Throws Error; interrupted when `progress`
    /// returns false.
    [[nodiscard]] virtual std::vector<std::string> detach(const Image &image,
                                                          const WorkProgress &progress) = 0;
};

} // namespace retouch
