#pragma once
// RbdStore: image bytes as RBD images with a protected snapshot, as Glance's RBD store keeps them.
// It reads whatever a record points at, but writes and removes only what bears its own mark.
// Records are the catalog's.

#include "retouch/drift.hpp"
#include "store/rbd/cluster.hpp"
#include "store/rbd/location.hpp"
#include "store/rbd/own_objects.hpp"
#include "store/rbd/stage_list.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace retouch::store {

/// How many ancestors an image of lineage `keep` may have.
inline constexpr int k_chain_limit = 4;

/// Throws Error: refused, with the reason, when the record itself shows that nothing can be made
/// from the image's bytes in Ceph: not active, volume-backed, encrypted, not raw, several
/// locations.
void require_usable_source(const Image &image);

class RbdStore : public ImageStore {
  public:
    /// Connects when first needed. `pool` is where Glance keeps its images; `scratch_pool` is for
    /// rehearsals, when it is not empty.
    RbdStore(RbdAccess access, std::string pool, int chain_limit = k_chain_limit,
             std::string scratch_pool = {});
    ~RbdStore() override;
    RbdStore(const RbdStore &) = delete;
    RbdStore &operator=(const RbdStore &) = delete;

    /// Throws Error: refused as require_usable_source() does, and for a location in another cluster
    /// or without a readable snapshot. A record without a location is looked for as POOL/ID@snap,
    /// where Glance always puts it.
    [[nodiscard]] Disk disk(const Image &image) const override;

    /// Throws Error: refused as disk() does, and when `keep` would make the chain too long.
    /// The stage must not outlive the store.
    [[nodiscard]] std::unique_ptr<Stage> stage(const Image &source, const std::string &new_id,
                                               LineagePolicy lineage) override;

    /// Throws Error: refused as disk() does. The stage must not outlive the store.
    [[nodiscard]] std::unique_ptr<Stage> adopt(const Image &source, const KeptStage &kept,
                                               const std::string &new_id,
                                               LineagePolicy lineage) override;

    /// "rbd:POOL": the pool of the source.
    [[nodiscard]] std::string stage_place(const Image &source) const override;
    /// The scratch pool, when there is one.
    [[nodiscard]] std::string rehearsal_place(const Image &source) const override;

    /// Connects to nothing. A pool that is not there has nothing in it.
    void look_in(const std::string &place) override;

    /// In the pools() and where look_in() was told.
    void discard(const std::string &kept_id) override;

    /// In the scratch pool, when there is one. Throws Error: not_authorised, naming the remedy, for
    /// a user who may not write there.
    [[nodiscard]] std::unique_ptr<Stage> rehearsal_stage(const Image &source,
                                                         const std::string &new_id) override;

    /// Only what bears the mark of this id, as discard() and in the scratch pool. Throws Error:
    /// refused when it has clones, temporary when it is open somewhere.
    void remove(const std::string &id) override;

    /// Throws Error: refused when it depends on another image but is not ours.
    [[nodiscard]] bool shares_data(const Image &image) const override;
    [[nodiscard]] std::vector<std::string> detach(const Image &image,
                                                  const WorkProgress &progress) override;

    /// As CatalogView::integrity(), for an image retouch published in Ceph.
    [[nodiscard]] Integrity integrity(const Image &image, const IntegrityOptions &options) const;

    /// True when the bytes of `image` bear one of our marks, which only those can write who may
    /// write to the pool; nullopt when they are not in this cluster. Throws Error.
    [[nodiscard]] std::optional<bool> is_published_by_us(const Image &image) const;

    /// Clones of the bytes of `image`, as POOL/IMAGE; nullopt when there are some in pools that may
    /// not be read, none when the bytes are not in this cluster. Throws Error.
    [[nodiscard]] std::optional<std::vector<std::string>> clones_of(const Image &image) const;

    /// Marks bytes that the image service has put into this cluster; elsewhere there is nothing to
    /// do. Throws Error.
    void mark_uploaded(const Image &image) const;

    /// The URL of the published bytes of `id`. Throws Error: failed when there are none.
    [[nodiscard]] std::string location_of(const std::string &id) const;

    /// Where the bytes of a usable source are. Throws Error as disk() does.
    [[nodiscard]] RbdLocation location_of_source(const Image &image) const;

    /// The connection; opened when first asked for. Throws Error as Cluster does.
    [[nodiscard]] const Cluster &cluster() const;

    [[nodiscard]] const RbdAccess &access() const { return access_; }

    /// Stages, and what doctors left, in the pools() and the scratch pool and where look_in() was
    /// told. Throws Error.
    [[nodiscard]] std::vector<FoundStage> abandoned_stages() const;
    [[nodiscard]] std::vector<FoundStage> abandoned_probes() const;

    /// What of that lies in the trash of a pool. Throws Error.
    [[nodiscard]] std::vector<FoundStage> trashed_stages() const;

    /// Published bytes there whose ids are not among `known`. Throws Error.
    [[nodiscard]] std::vector<FoundStage>
    published_besides(const std::set<std::string> &known) const;

    /// What bears the mark of `id` there, or is its announced stage, as POOL/IMAGE. Throws Error.
    [[nodiscard]] std::vector<std::string> names_of_bytes(const std::string &id) const;

    /// Small objects there that nobody is at work with. Throws Error.
    [[nodiscard]] OwnObjects abandoned_objects() const;

    /// The small objects of one stage there. Throws Error.
    [[nodiscard]] std::vector<FoundObject> objects_of(const std::string &id) const;

    /// The default pool first, then those in which sources were found, sorted.
    [[nodiscard]] std::vector<std::string> pools() const;

  private:
    [[nodiscard]] std::optional<RbdLocation> location_here(const Image &image) const;
    [[nodiscard]] RbdLocation guessed_location(const Image &image) const;
    [[nodiscard]] std::optional<RbdLocation> published_location(const Image &image) const;
    void require_short_chain(const RbdLocation &source) const;
    [[nodiscard]] std::vector<Pool> pools_of_stages() const;
    void look_around(const std::function<void(const Pool &)> &look) const;
    [[nodiscard]] std::vector<FoundStage>
    found_with(const std::function<std::vector<FoundStage>(const Pool &)> &list) const;

    RbdAccess access_;
    std::string pool_;
    int chain_limit_;
    std::string scratch_pool_;
    mutable std::mutex mutex_;
    mutable std::unique_ptr<Cluster> cluster_; ///< guarded by mutex_
    mutable std::set<std::string> seen_pools_; ///< guarded by mutex_
    std::set<std::string> told_pools_;         ///< by look_in(); guarded by mutex_
};

} // namespace retouch::store
