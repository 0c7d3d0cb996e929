#pragma once
// RbdStage: the unpublished copy of an image as a clone under a temporary name, in its source's
// pool if it shall be published. It is edited by others through disk() and renamed to its id then.

#include "store/rbd/cluster.hpp"
#include "store/rbd/image_handle.hpp"
#include "store/rbd/location.hpp"

#include <memory>
#include <string>

namespace retouch::store {

class RbdStage : public Stage {
  public:
    /// Clones `source` in `pool` and marks the clone. `cluster` must outlive the stage. Throws
    /// Error, leaving nothing behind.
    [[nodiscard]] static std::unique_ptr<RbdStage> make(const Cluster &cluster, Pool pool,
                                                        const RbdLocation &source,
                                                        const std::string &id,
                                                        LineagePolicy lineage);

    /// Renames and marks the kept stage `kept` of `source` after `id` once it is sure that nobody
    /// changed it. `cluster` must outlive the stage. Throws Error: stale, having changed nothing,
    /// when somebody did; temporary when somebody has it open for writing.
    [[nodiscard]] static std::unique_ptr<RbdStage>
    adopt(const Cluster &cluster, const RbdLocation &source, const KeptStage &kept,
          const std::string &id, LineagePolicy lineage);

    /// Removes the image unless publish() or keep() has returned, also when it got half way.
    ~RbdStage() override;

    RbdStage(const RbdStage &) = delete;
    RbdStage &operator=(const RbdStage &) = delete;

    [[nodiscard]] const std::string &id() const override { return id_; }

    [[nodiscard]] Disk disk() const override;

    void grow(std::int64_t bytes) override;

    /// Waits for a writer that has died, half a minute. Flattens when the lineage policy says so.
    /// No checksum: that would read everything. Throws Error: temporary when a writer is left.
    SealedImage seal(const WorkProgress &progress) override;

    [[nodiscard]] std::unique_ptr<ByteReader> reader() const override;

    /// Renames to the id, then takes and protects the snapshot "snap", which an adopted stage has
    /// already, under the name for kept ones. It gets a journal when the source has one. No handle
    /// is left open.
    void publish() override;

    /// Takes a snapshot, which becomes the published image's. The proof names it and the image by
    /// ids that no other ever has.
    [[nodiscard]] std::string keep(const std::string &until) override;

    /// "rbd:POOL/IMAGE".
    [[nodiscard]] std::string location() const override;

  private:
    RbdStage(const Cluster &cluster, Pool pool, std::string id, LineagePolicy lineage);

    void mark(const RbdLocation &source);

    const Cluster &cluster_;
    Pool pool_;
    std::string id_;
    LineagePolicy lineage_;
    std::string name_; ///< of the image now
    std::uint64_t size_ = 0;
    bool sealed_ = false;
    bool was_kept_ = false;  ///< it has the snapshot that was taken then
    bool journaled_ = false; ///< its source is, and so will be what is published
    bool ended_ = false;     ///< published or kept
};

} // namespace retouch::store
