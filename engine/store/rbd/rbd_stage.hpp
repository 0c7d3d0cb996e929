#pragma once
// RbdStage: the unpublished copy of an image as a clone under a temporary name. It is made by the
// store, edited by others through disk(), renamed to its id when it is published.

#include "store/rbd/cluster.hpp"

#include <memory>
#include <string>

namespace retouch {

class RbdStage : public Stage {
  public:
    /// Takes over the image stage_name(id) of `pool`, marked and with the snapshot "base".
    /// `cluster` must outlive it.
    RbdStage(const Cluster &cluster, Pool pool, std::string id, LineagePolicy lineage);

    /// Removes the image unless publish() has returned, also when it got half way.
    ~RbdStage() override;

    RbdStage(const RbdStage &) = delete;
    RbdStage &operator=(const RbdStage &) = delete;

    [[nodiscard]] const std::string &id() const override { return id_; }

    [[nodiscard]] Disk disk() const override;

    /// Waits up to a minute for a writer that has died. Flattens when the lineage policy says so.
    /// No checksum: that would read it all. Throws Error: temporary when a writer is left.
    SealedImage seal(const WorkProgress &progress) override;

    [[nodiscard]] std::unique_ptr<ByteReader> reader() const override;

    /// Renames to the id, then takes and protects the snapshot "snap". No handle is left open.
    void publish() override;

    /// "rbd:POOL/IMAGE".
    [[nodiscard]] std::string location() const override;

  private:
    void discard() noexcept;

    const Cluster &cluster_;
    Pool pool_;
    std::string id_;
    LineagePolicy lineage_;
    std::string name_; ///< of the image now
    std::int64_t size_ = 0;
    bool sealed_ = false;
    bool published_ = false;
};

} // namespace retouch
