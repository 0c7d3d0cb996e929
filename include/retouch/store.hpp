#pragma once
// ImageStore keeps image bytes; Stage is a private copy-on-write copy of one image with a new id
// from birth, which ends published or discarded. Bytes under a published id are never touched.

#include "retouch/image.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace retouch {

/// How qemu-storage-daemon opens a disk: a value, safe to keep, nothing is open.
struct Disk {
    std::string format;         ///< raw | qcow2
    std::filesystem::path path; ///< absolute
    std::int64_t virtual_size = 0;
    bool read_only = true;
};

/// What a finished image is made of.
struct SealedImage {
    std::int64_t size = 0;
    std::int64_t virtual_size = 0;
    std::string checksum_algorithm;
    std::string checksum; ///< lower-case hex
};

class Stage {
  public:
    /// Discards the bytes unless publish() was called. Never throws.
    virtual ~Stage() = default;

    [[nodiscard]] virtual const std::string &id() const = 0;

    /// The disk to work on, writable. Valid until seal().
    [[nodiscard]] virtual Disk disk() const = 0;

    /// Makes the bytes final and durable and computes their checksum. No writer may be open.
    /// Throws Error.
    virtual SealedImage seal() = 0;

    /// Puts the sealed bytes in their place under id(). Requires: sealed. Throws Error.
    virtual void publish() = 0;

    /// Where the bytes are while unpublished, for the journal: what recovery must remove.
    [[nodiscard]] virtual std::string location() const = 0;
};

class ImageStore {
  public:
    virtual ~ImageStore() = default;

    /// The bytes of a published image, read-only. Throws Error when they are not there.
    [[nodiscard]] virtual Disk disk(const Image &image) const = 0;

    /// A new stage holding `source`'s bytes, to be published as `new_id`. Costs time and space by
    /// the data the source uses, not by its virtual size. Throws Error, leaving nothing behind.
    [[nodiscard]] virtual std::unique_ptr<Stage> stage(const Image &source,
                                                       const std::string &new_id) = 0;

    /// Removes published bytes, or what an unfinished stage left at `id`. No error when absent.
    virtual void remove(const std::string &id) = 0;
};

} // namespace retouch
