#include "store/rbd/rbd_store.hpp"

#include "base/text.hpp"
#include "base/uuid.hpp"
#include "store/rbd/image_handle.hpp"
#include "store/rbd/marked_images.hpp"
#include "store/rbd/marks.hpp"
#include "store/rbd/rbd_stage.hpp"
#include "store/rbd/record_location.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::store {

namespace {

using Access = ImageHandle::Access;

void require_id(const std::string &id) {
    if (!base::is_uuid(id))
        throw Error(ErrorKind::invalid, fmt::format("'{}' is not an image id", base::escape(id)));
}

Error no_snapshot(const Image &image, const RbdLocation &location) {
    return {ErrorKind::refused,
            fmt::format("image '{}' ({}) cannot be a source: its snapshot {} is not in the Ceph "
                        "cluster",
                        base::escape(image.name), base::escape(image.id),
                        base::escape(short_name(location))),
            "its bytes are lost or were moved; restore them, or choose another source"};
}

/// What a user lacks who may look but not write, or whose scratch pool is not as it should be.
Error rehearsal_error(const Error &error, const RbdAccess &access, const std::string &images,
                      const std::string &scratch) {
    const std::string user = base::escape(ceph_user_of(access));
    if (scratch.empty() && error.kind() == ErrorKind::not_authorised)
        return {error.kind(),
                fmt::format("{}; a rehearsal works on a clone, and client.{} may make none there",
                            error.what(), user),
                "name a pool it may write to in retouch.yaml (rbd: scratch_pool), or give it the "
                "rights 'profile rbd' on the pool of the images"};
    if (!scratch.empty() && error.kind() == ErrorKind::not_authorised)
        return {error.kind(), error.what(),
                fmt::format("to rehearse, client.{} needs the rights 'profile rbd pool={}' and "
                            "'profile rbd-read-only pool={}'",
                            user, base::escape(scratch), base::escape(images))};
    return error;
}

/// How many images data may be read through, from the open snapshot on; counts to `limit` + 1.
int ancestors(const Cluster &cluster, const ImageHandle &snapshot, int limit) {
    int count = 0;
    std::optional<RbdParent> parent = snapshot.parent();
    while (parent && ++count <= limit)
        parent = ImageHandle::open_parent(cluster, *parent).parent();
    return count;
}

} // namespace

RbdStore::RbdStore(RbdAccess access, std::string pool, int chain_limit, std::string scratch_pool)
    : access_(std::move(access)),
      pool_(std::move(pool)),
      chain_limit_(chain_limit),
      scratch_pool_(std::move(scratch_pool)) {}

RbdStore::~RbdStore() = default;

const Cluster &RbdStore::cluster() const {
    const std::lock_guard guard(mutex_);
    if (!cluster_)
        cluster_ = std::make_unique<Cluster>(access_);
    return *cluster_;
}

std::vector<std::string> RbdStore::pools() const {
    const std::lock_guard guard(mutex_);
    std::vector<std::string> names{pool_};
    for (const std::string &pool : seen_pools_)
        if (pool != pool_)
            names.push_back(pool);
    return names;
}

RbdLocation RbdStore::guessed_location(const Image &image) const {
    RbdLocation guess{cluster().fsid(), pool_, image.id, rbd_marks::k_snapshot};
    const auto found =
        ImageHandle::find(cluster().pool(pool_), guess.image, Access::read, guess.snapshot);
    if (!found || found->size() != static_cast<std::uint64_t>(image.size))
        throw Error(ErrorKind::refused,
                    fmt::format("the image service shows no location of image '{}' ({}), and {} is "
                                "not its bytes",
                                base::escape(image.name), base::escape(image.id),
                                base::escape(short_name(guess))),
                    "use an endpoint of Glance that shows locations, or name the pool of its "
                    "images in retouch.yaml (rbd: pool)");
    return guess;
}

/// In our cluster; a record that shows no location is where Glance would have put it.
std::optional<RbdLocation> RbdStore::location_here(const Image &image) const {
    const RbdLocation own{cluster().fsid(), pool_, image.id, rbd_marks::k_snapshot};
    if (image.locations.empty())
        return own;
    const auto found = preferred_location(image.locations, own);
    return found && found->fsid == own.fsid ? found : std::nullopt;
}

RbdLocation RbdStore::location_of_source(const Image &image) const {
    require_usable_source(image);
    if (image.locations.empty())
        return guessed_location(image);
    const RbdLocation location = location_in(cluster(), pool_, image);
    const Pool pool = cluster().pool(location.pool);
    if (!ImageHandle::find(pool, location.image, Access::read, location.snapshot))
        throw no_snapshot(image, location);
    const std::lock_guard guard(mutex_);
    seen_pools_.insert(location.pool);
    return location;
}

Disk RbdStore::disk(const Image &image) const {
    const RbdLocation location = location_of_source(image);
    const ImageHandle snapshot(cluster().pool(location.pool), location.image, Access::read,
                               location.snapshot);
    return {.place = RbdDisk{.access = access_,
                             .pool = location.pool,
                             .image = location.image,
                             .snapshot = location.snapshot},
            .virtual_size_bytes = static_cast<std::int64_t>(snapshot.size()),
            .read_only = true};
}

void RbdStore::require_short_chain(const RbdLocation &source) const {
    const ImageHandle snapshot(cluster().pool(source.pool), source.image, Access::read,
                               source.snapshot);
    if (ancestors(cluster(), snapshot, chain_limit_) < chain_limit_)
        return;
    throw Error(ErrorKind::refused,
                fmt::format("keeping the lineage of {} would make a chain of more than {} images",
                            snapshot.name(), chain_limit_),
                "publish with 'lineage: detach' this time, which ends the chain");
}

std::unique_ptr<Stage> RbdStore::stage(const Image &source, const std::string &new_id,
                                       LineagePolicy lineage) {
    require_id(new_id);
    const RbdLocation location = location_of_source(source);
    if (lineage == LineagePolicy::keep)
        require_short_chain(location);
    return RbdStage::make(cluster(), cluster().pool(location.pool), location, new_id, lineage);
}

std::unique_ptr<Stage> RbdStore::rehearsal_stage(const Image &source, const std::string &new_id) {
    require_id(new_id);
    const RbdLocation location = location_of_source(source);
    const std::string &pool = scratch_pool_.empty() ? location.pool : scratch_pool_;
    try {
        return RbdStage::make(cluster(), cluster().pool(pool), location, new_id,
                              LineagePolicy::detach);
    } catch (const Error &error) {
        throw rehearsal_error(error, access_, location.pool, scratch_pool_);
    }
}

/// Who may not use it, or has a pool configured that is not there, has made nothing in it.
std::unique_ptr<Stage> RbdStore::adopt(const Image &source, const KeptStage &kept,
                                       const std::string &new_id, LineagePolicy lineage) {
    require_id(kept.id);
    require_id(new_id);
    return RbdStage::adopt(cluster(), location_of_source(source), kept, new_id, lineage);
}

std::string RbdStore::stage_place(const Image &source) const {
    return format_rbd_place(location_of_source(source).pool);
}

std::string RbdStore::rehearsal_place(const Image &source) const {
    return scratch_pool_.empty() ? stage_place(source) : format_rbd_place(scratch_pool_);
}

void RbdStore::look_in(const std::string &place) {
    const std::string pool = pool_of_rbd_place(place);
    const std::lock_guard guard(mutex_);
    if (!pool.empty())
        told_pools_.insert(pool);
}

/// Those that others told of may be gone by now.
std::vector<Pool> RbdStore::pools_of_stages() const {
    std::vector<std::string> names = pools();
    std::vector<Pool> found;
    for (const std::string &name : names)
        found.push_back(cluster().pool(name));
    std::set<std::string> told;
    {
        const std::lock_guard guard(mutex_);
        told = told_pools_;
    }
    if (!scratch_pool_.empty())
        told.insert(scratch_pool_);
    for (const std::string &name : told) {
        if (std::ranges::find(names, name) != names.end())
            continue;
        try {
            found.push_back(cluster().pool(name));
        } catch (const Error &error) {
            if (error.kind() != ErrorKind::refused && error.kind() != ErrorKind::not_authorised)
                throw;
        }
    }
    return found;
}

void RbdStore::discard(const std::string &kept_id) {
    require_id(kept_id);
    for (const Pool &pool : pools_of_stages())
        remove_kept_stage(pool, kept_id);
}

void RbdStore::remove(const std::string &id) {
    require_id(id);
    for (const Pool &pool : pools_of_stages())
        remove_marked_images(pool, id);
}

std::string RbdStore::location_of(const std::string &id) const {
    for (const std::string &pool : pools())
        if (ImageHandle::find(cluster().pool(pool), id, Access::read, rbd_marks::k_snapshot))
            return format_rbd_location({cluster().fsid(), pool, id, rbd_marks::k_snapshot});
    throw Error(ErrorKind::failed,
                fmt::format("there are no published bytes of image {}", base::escape(id)));
}

} // namespace retouch::store
