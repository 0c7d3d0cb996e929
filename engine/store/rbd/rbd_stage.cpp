// A stage on Ceph: a clone of the source's snapshot, which costs nothing but the blocks written to
// it.
//
//   announce   the pool notes the id, so that what has no mark yet can be found
//   clone      of the protected snapshot Glance made, in the source's pool, under a name of a stage
//   mark       in its metadata: which stage, of what, since when, by whom
//   work       through qemu-storage-daemon, by the guest; not by this process
//   seal       nobody has it open for writing any more; flattened now if the recipe says so
//   publish    renamed to its id, snapshot "snap" taken and protected: what Glance expects to find
//
// The name is Glance's business only from publish() on. Nothing of it is ever called like an image
// of Glance before, so that no half-made one can be mistaken for one. Whatever is removed is
// removed by its mark, never by its name alone: anybody may call an image anything.
//
// A writer that died without a word stays a watcher for half a minute; sealing waits for it,
// because a handle that comes back would write under the snapshot. A kept stage is proved, not
// believed: the same internal id, the same snapshot, no block changed since.
//
// Glance deletes an image by its snapshot and removes half of one that has others: a snapshot that
// somebody else took meanwhile is an error before the record exists. Journaling is off while the
// stage is written, else every block would be written twice, and on again when it is published.

#include "store/rbd/rbd_stage.hpp"

#include "base/clock.hpp"
#include "base/interrupt.hpp"
#include "base/waiting.hpp"
#include "store/rbd/announcement.hpp"
#include "store/rbd/flatten.hpp"
#include "store/rbd/librbd.hpp"
#include "store/rbd/marked_images.hpp"
#include "store/rbd/marks.hpp"
#include "store/rbd/pool_images.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cerrno>

namespace retouch::store {

namespace {

using Access = ImageHandle::Access;

/// Ceph forgets a writer that died without a word after 30 seconds.
constexpr double k_writer_patience_seconds = 40;
constexpr std::chrono::milliseconds k_writer_interval{500};

const char *word_of(LineagePolicy lineage) {
    switch (lineage) {
    case LineagePolicy::detach:
        return "detach";
    case LineagePolicy::flatten:
        return "flatten";
    case LineagePolicy::keep:
        return "keep";
    }
    return "";
}

void require_no_writer(const Pool &pool, const std::string &name) {
    // A handle that only reads is no watcher itself.
    const ImageHandle image(pool, name, Access::read);
    const base::Stopwatch waited;
    for (;;) {
        const std::vector<std::string> writers = image.watchers();
        if (writers.empty())
            return;
        base::check_interrupt();
        if (waited.seconds() > k_writer_patience_seconds)
            throw Error(ErrorKind::temporary,
                        fmt::format("the RBD image {} is still open for writing by {}",
                                    image.name(), writers.front()),
                        "end that client and run the command again");
        base::pause_for(k_writer_interval);
    }
}

std::string source_mark(const RbdLocation &source) {
    return source.fsid + '/' + short_name(source);
}

/// Of an image that has the snapshot.
std::string proof_of(const ImageHandle &image) {
    return fmt::format("rbd:{}:{}", image.internal_id(),
                       image.snapshot_id(rbd_marks::k_kept_snapshot));
}

Error stale_stage(const Pool &pool, const std::string &name, std::string_view what) {
    return {ErrorKind::stale,
            fmt::format("the bytes the rehearsal kept {}: {}/{}", what, pool.name(), name),
            "rehearse again with --rehearse=keep; retouch discard removes what is left of it"};
}

extern "C" int note_any(std::uint64_t, std::size_t, int, void *data) {
    *static_cast<bool *>(data) = true;
    return base::interrupt_due() ? -ECANCELED : 0;
}

/// True when anything was written or discarded since the snapshot, or the size changed; writing the
/// same bytes again counts as well. The cluster knows; no data is read. Throws Error.
bool changed_since(const ImageHandle &image, const std::string &snapshot, std::uint64_t size_then) {
    if (image.size() != size_then)
        return true;
    bool any = false;
    const int code =
        rbd_diff_iterate2(image.get(), snapshot.c_str(), 0, size_then, 0, 1, note_any, &any);
    if (code < 0)
        throw ceph_error(fmt::format("compare the RBD image {} with its snapshot", image.name()),
                         code);
    return any;
}

/// Throws Error: stale unless the image is the one that was kept, and as it was then.
void require_as_kept(const Pool &pool, const RbdLocation &source, const KeptStage &kept) {
    const std::string name = rbd_marks::stage_name(kept.id);
    if (!ImageHandle::find(pool, name, Access::read))
        throw stale_stage(pool, name, "are gone");
    require_no_writer(pool, name);
    // Opened once nobody writes any more, so that it sees what the last one did.
    const auto image = ImageHandle::find(pool, name, Access::read);
    if (!image)
        throw stale_stage(pool, name, "are gone");
    if (!bears_mark(*image, kept.id) || image->metadata(rbd_marks::k_source) != source_mark(source))
        throw stale_stage(pool, name, "are not there; something else has their name");
    if (image->snapshots() != std::vector<std::string>{rbd_marks::k_kept_snapshot} ||
        proof_of(*image) != kept.proof)
        throw stale_stage(pool, name, "have other snapshots than they had");
    if (changed_since(*image, rbd_marks::k_kept_snapshot,
                      static_cast<std::uint64_t>(kept.sealed.size)))
        throw stale_stage(pool, name, "were written to");
    if (kept.sealed.virtual_size_bytes != kept.sealed.size ||
        !kept.sealed.checksum_algorithm.empty() || !kept.sealed.checksum.empty())
        throw stale_stage(pool, name, "are not what the plan says of them");
}

class RbdReader : public ByteReader {
  public:
    RbdReader(const Pool &pool, const std::string &name)
        : image_(pool, name, Access::read), size_(image_.size()) {}

    [[nodiscard]] std::uint64_t size() const override { return size_; }

    std::size_t read(std::uint64_t offset, std::span<char> buffer) override {
        const std::uint64_t left = size_ - std::min(offset, size_);
        return image_.read(offset, buffer.first(std::min<std::uint64_t>(left, buffer.size())));
    }

  private:
    ImageHandle image_;
    std::uint64_t size_;
};

bool is_journaled(const Cluster &cluster, const RbdLocation &source) {
    const ImageHandle image(cluster.pool(source.pool), source.image, Access::read, source.snapshot);
    return (image.features() & RBD_FEATURE_JOURNALING) != 0;
}

} // namespace

RbdStage::RbdStage(const Cluster &cluster, Pool pool, std::string id, LineagePolicy lineage)
    : cluster_(cluster),
      pool_(std::move(pool)),
      id_(std::move(id)),
      lineage_(lineage),
      name_(rbd_marks::stage_name(id_)) {}

std::unique_ptr<RbdStage> RbdStage::make(const Cluster &cluster, Pool pool,
                                         const RbdLocation &source, const std::string &id,
                                         LineagePolicy lineage) {
    if (ImageHandle::find(pool, rbd_marks::stage_name(id), Access::read))
        throw Error(ErrorKind::failed, fmt::format("there is a stage of image {} already", id));
    announce_stage(pool, id);
    // From here on its destructor removes whatever has been made.
    std::unique_ptr<RbdStage> stage(new RbdStage(cluster, std::move(pool), id, lineage));
    stage->journaled_ = is_journaled(cluster, source);
    clone_image(cluster, cluster.pool(source.pool), source.image, source.snapshot, stage->pool_,
                stage->name_);
    stage->mark(source);
    withdraw_stage(stage->pool_, id);
    return stage;
}

std::unique_ptr<RbdStage> RbdStage::adopt(const Cluster &cluster, const RbdLocation &source,
                                          const KeptStage &kept, const std::string &id,
                                          LineagePolicy lineage) {
    Pool pool = cluster.pool(source.pool);
    require_as_kept(pool, source, kept);
    announce_stage(pool, id);
    // From here on its destructor removes what has been renamed.
    std::unique_ptr<RbdStage> stage(new RbdStage(cluster, std::move(pool), id, lineage));
    rename_image(stage->pool_, rbd_marks::stage_name(kept.id), stage->name_);
    ImageHandle image(stage->pool_, stage->name_, Access::write);
    image.set_metadata(rbd_marks::k_stage, id);
    image.remove_metadata(rbd_marks::k_kept);
    mark_as_made_here(image);
    stage->size_ = image.size();
    image.close();
    withdraw_stage(stage->pool_, id);
    stage->journaled_ = is_journaled(cluster, source);
    stage->sealed_ = stage->was_kept_ = true;
    return stage;
}

void RbdStage::mark(const RbdLocation &source) {
    ImageHandle image(pool_, name_, Access::write);
    image.set_metadata(rbd_marks::k_stage, id_);
    image.set_metadata(rbd_marks::k_source, source_mark(source));
    image.set_metadata(rbd_marks::k_started, base::utc_now());
    mark_as_made_here(image);
    size_ = image.size();
    image.close();
}

RbdStage::~RbdStage() {
    if (ended_)
        return;
    try {
        remove_marked_images(pool_, id_);
    } catch (const Error &) {
        // It bears its mark, so recovery finds it by the journal.
    }
}

Disk RbdStage::disk() const {
    return {.place = RbdDisk{.access = cluster_.access(),
                             .pool = pool_.name(),
                             .image = name_,
                             .snapshot = {}},
            .virtual_size_bytes = static_cast<std::int64_t>(size_),
            .read_only = false};
}

void RbdStage::grow(std::int64_t bytes) {
    assert(!sealed_);
    ImageHandle image(pool_, name_, Access::write);
    image.grow(static_cast<std::uint64_t>(bytes));
    size_ = image.size();
    image.close();
}

SealedImage RbdStage::seal(const WorkProgress &progress) {
    require_no_writer(pool_, name_);
    if (lineage_ == LineagePolicy::flatten)
        flatten_image(cluster_.access(), pool_.name(), name_, progress);
    size_ = ImageHandle(pool_, name_, Access::read).size();
    sealed_ = true;
    SealedImage sealed;
    sealed.size = static_cast<std::int64_t>(size_);
    sealed.virtual_size_bytes = sealed.size;
    return sealed;
}

std::unique_ptr<ByteReader> RbdStage::reader() const {
    assert(sealed_ && !ended_);
    return std::make_unique<RbdReader>(pool_, name_);
}

void RbdStage::publish() {
    assert(sealed_);
    rename_image(pool_, name_, id_);
    name_ = id_;
    ImageHandle image(pool_, name_, Access::write);
    // Glance cannot delete an image with a snapshot it does not know, and destroys half of it.
    const std::vector<std::string> ours(was_kept_ ? 1 : 0, rbd_marks::k_kept_snapshot);
    if (image.snapshots() != ours)
        throw Error(ErrorKind::failed, fmt::format("somebody has taken a snapshot of the RBD image "
                                                   "{} while it was being made",
                                                   image.name()));
    image.set_metadata(rbd_marks::k_lineage, word_of(lineage_));
    // Taking one is a wait for the monitors; the other holds the very bytes that were kept.
    if (was_kept_)
        image.rename_snapshot(rbd_marks::k_kept_snapshot, rbd_marks::k_snapshot);
    else
        image.create_snapshot(rbd_marks::k_snapshot);
    image.protect(rbd_marks::k_snapshot);
    if (journaled_)
        image.enable(RBD_FEATURE_JOURNALING);
    image.close();
    ended_ = true;
}

std::string RbdStage::keep(const std::string &until) {
    assert(sealed_ && !ended_);
    ImageHandle image(pool_, name_, Access::write);
    image.set_metadata(rbd_marks::k_kept, until);
    image.create_snapshot(rbd_marks::k_kept_snapshot);
    std::string proof = proof_of(image);
    image.close();
    ended_ = true;
    return proof;
}

std::string RbdStage::location() const {
    return fmt::format("rbd:{}/{}", pool_.name(), name_);
}

} // namespace retouch::store
