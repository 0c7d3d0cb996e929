// Is a published image in Ceph still what was published? First where its record says it is, then
// the RBD image and its snapshot as they are. Everything is opened read-only, so that looking makes
// no watcher. It judges the image alone; what the recipe wants is the planner's to know.

#include "store/rbd/rbd_store.hpp"

#include "base/digest.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "store/rbd/image_handle.hpp"
#include "store/rbd/marked_images.hpp"
#include "store/rbd/marks.hpp"
#include "store/rbd/record_location.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::store {

namespace {

using Access = ImageHandle::Access;

constexpr std::size_t k_piece = std::size_t{4} * 1024 * 1024;
constexpr const char *k_checksum = "sha512";

std::string publish_again(const Image &image) {
    return fmt::format("its bytes cannot be trusted: retouch remove {} --yes, and apply",
                       base::escape(image.id));
}

struct ByteDifference {
    std::uint64_t bytes = 0; ///< that differ, and those that one has more
    std::uint64_t first = 0;
};

std::string_view read_piece(const ImageHandle &image, std::uint64_t at, std::string &buffer) {
    buffer.resize(k_piece);
    buffer.resize(image.read(at, buffer));
    return buffer;
}

ByteDifference compare(const ImageHandle &one, const ImageHandle &other) {
    ByteDifference difference;
    const auto note = [&](std::uint64_t at, std::uint64_t count) {
        if (count != 0 && difference.bytes == 0)
            difference.first = at;
        difference.bytes += count;
    };
    const std::uint64_t common = std::min(one.size(), other.size());
    std::string ours;
    std::string theirs;
    for (std::uint64_t at = 0; at < common; at += k_piece) {
        base::check_interrupt();
        if (read_piece(one, at, ours) == read_piece(other, at, theirs))
            continue;
        const std::uint64_t end = std::min<std::uint64_t>(k_piece, common - at);
        for (std::uint64_t i = 0; i < end; ++i)
            note(at + i, ours[i] == theirs[i] ? 0 : 1);
    }
    note(common, std::max(one.size(), other.size()) - common);
    return difference;
}

/// One look at one image.
class Look {
  public:
    Look(const Image &image, const Cluster &cluster, std::string default_pool)
        : image_(image), cluster_(cluster), pool_(std::move(default_pool)) {}

    /// False when the record points elsewhere; then there is nothing of ours to look at.
    bool at_location() {
        if (image_.locations.empty()) {
            integrity_.unchecked.emplace_back(
                "the location: this endpoint of the image service does not show it");
            return true;
        }
        const std::optional<RbdLocation> location =
            preferred_location(image_.locations, {cluster_.fsid(), pool_, image_.id, ""});
        if (location)
            pool_ = location->pool;
        if (location != published() || has_foreign_location())
            add_location();
        return !location || location->fsid == cluster_.fsid();
    }

    /// `source` is where the image to compare with is, in our cluster.
    void at_image(const IntegrityOptions &options, const std::optional<RbdLocation> &source) {
        const Pool pool = cluster_.pool(pool_);
        const auto head = ImageHandle::find(pool, image_.id, Access::read);
        if (!head) {
            add(DeviationKind::image, "RBD image", name(), "nothing", publish_again(image_));
            return;
        }
        at_marks(*head);
        const auto snapshot =
            ImageHandle::find(pool, image_.id, Access::read, rbd_marks::k_snapshot);
        if (!snapshot) {
            add(DeviationKind::snapshot, "snapshot", short_name(published()), "nothing",
                fmt::format("{0}; or, sure that nobody wrote to it: rbd snap create {1} && rbd "
                            "snap protect {1}",
                            publish_again(image_), base::escape(short_name(published()))));
            return;
        }
        at_snapshots(*head);
        at_size(*head, *snapshot);
        at_parent(*head, *snapshot);
        if (options.read_bytes)
            at_bytes(*snapshot);
        if (options.same_as)
            at_source(*snapshot, source);
    }

    [[nodiscard]] Integrity take() { return std::move(integrity_); }

  private:
    [[nodiscard]] RbdLocation published() const {
        return {cluster_.fsid(), pool_, image_.id, rbd_marks::k_snapshot};
    }

    [[nodiscard]] std::string name() const { return base::escape(pool_ + '/' + image_.id); }

    void add(DeviationKind kind, std::string what, std::string expected, std::string found,
             std::string remedy, bool apply_fixes = false) {
        integrity_.deviations.push_back({kind, std::move(what), std::move(expected),
                                         std::move(found), apply_fixes, std::move(remedy)});
    }

    /// Copies are in other stores, under the same id.
    [[nodiscard]] bool has_foreign_location() const {
        return std::ranges::any_of(
            locations_in_ceph(image_.locations), [&](const RbdLocation &location) {
                return location.fsid == cluster_.fsid() && location.image != image_.id;
            });
    }

    void add_location() {
        const std::string found = base::listed(image_.locations);
        const std::string url = format_rbd_location(published());
        add(DeviationKind::location, "location", url, found,
            "whoever uses the image gets other bytes: find out who moved it, then point the record "
            "back, or remove the image and apply");
    }

    /// What the image itself remembers of how it was made.
    void at_marks(const ImageHandle &head) {
        if (!bears_mark(head, image_.id))
            return; // uploaded through the image service
        const std::string source = head.metadata(rbd_marks::k_source).value_or("");
        const std::size_t slash = source.rfind('/');
        const std::size_t at = source.rfind('@');
        if (slash == std::string::npos || at == std::string::npos || at < slash)
            return;
        const std::string id = source.substr(slash + 1, at - slash - 1);
        const auto recorded = image_.property(lineage::k_source);
        if (base::is_uuid(id) && recorded && *recorded != id)
            add(DeviationKind::lineage, "image-meta retouch.source", base::escape(*recorded),
                base::escape(id),
                "record and RBD image name different sources: one of them was edited; compare them "
                "with: rbd image-meta list " +
                    name());
    }

    void at_snapshots(const ImageHandle &head) {
        if (!head.is_protected(rbd_marks::k_snapshot))
            add(DeviationKind::protection, "snapshot protection", "protected", "not protected",
                "rbd snap protect " + base::escape(short_name(published())));
        for (const std::string &snapshot : head.snapshots())
            if (snapshot != rbd_marks::k_snapshot)
                add(DeviationKind::snapshots, "other snapshot", "none", base::escape(snapshot),
                    fmt::format("deleting the image would fail half way: rbd snap rm {}@{}", name(),
                                base::escape(snapshot)));
    }

    void at_size(const ImageHandle &head, const ImageHandle &snapshot) {
        const auto bytes = [](std::uint64_t size) { return fmt::format("{} bytes", size); };
        const auto recorded = static_cast<std::uint64_t>(std::max<std::int64_t>(0, image_.size));
        if (snapshot.size() != recorded)
            add(DeviationKind::size, "size of the snapshot", bytes(recorded),
                bytes(snapshot.size()), publish_again(image_));
        else if (head.size() != recorded)
            add(DeviationKind::size, "size of the RBD image", bytes(recorded), bytes(head.size()),
                fmt::format("its snapshot is whole: rbd snap rollback {}",
                            base::escape(short_name(published()))));
    }

    void at_parent(const ImageHandle &head, const ImageHandle &snapshot) {
        if (image_.awaits_detaching())
            return; // known, and done by the next apply
        if (head.metadata(rbd_marks::k_lineage) == "keep")
            return;
        const auto parent = snapshot.parent();
        if (!parent)
            return;
        add(DeviationKind::parent, "parent", "none",
            base::escape(parent->pool + '/' + parent->image + '@' + parent->snapshot),
            fmt::format("retouch detach {}", base::escape(image_.id)));
    }

    /// Where the source is not to be had, its bytes cannot be compared.
    void at_source(const ImageHandle &snapshot, const std::optional<RbdLocation> &place) {
        const auto found = place ? ImageHandle::find(cluster_.pool(place->pool), place->image,
                                                     Access::read, place->snapshot)
                                 : std::nullopt;
        if (!found) {
            integrity_.unchecked.emplace_back(
                "the bytes against those of the source: it is not in this cluster");
            return;
        }
        const ByteDifference difference = compare(snapshot, *found);
        if (difference.bytes != 0)
            add(DeviationKind::bytes, "bytes of " + base::escape(short_name(published())),
                "those of the source, " + found->name(),
                fmt::format("{} bytes differ, the first at {}", difference.bytes, difference.first),
                publish_again(image_));
    }

    void at_bytes(const ImageHandle &snapshot) {
        const auto recorded = image_.checksums.find(k_checksum);
        if (recorded == image_.checksums.end()) {
            integrity_.unchecked.emplace_back(
                "the bytes: the record holds no checksum; images published by location have none");
            return;
        }
        base::Digest digest(base::Digest::Algorithm::sha512);
        std::string buffer(k_piece, '\0');
        const std::uint64_t size = snapshot.size();
        for (std::uint64_t at = 0; at < size;) {
            base::check_interrupt();
            const std::size_t got = snapshot.read(
                at, std::span(buffer).first(std::min<std::uint64_t>(k_piece, size - at)));
            if (got == 0)
                break;
            digest.update(std::string_view(buffer).substr(0, got));
            at += got;
        }
        const std::string found = digest.finish();
        if (found != recorded->second)
            add(DeviationKind::bytes, "bytes of " + base::escape(short_name(published())),
                fmt::format("{}:{}", k_checksum, base::escape(recorded->second)),
                fmt::format("{}:{}", k_checksum, found), publish_again(image_));
    }

    const Image &image_;
    const Cluster &cluster_;
    std::string pool_;
    Integrity integrity_;
};

} // namespace

Integrity RbdStore::integrity(const Image &image, const IntegrityOptions &options) const {
    Look look(image, cluster(), pool_);
    if (look.at_location())
        look.at_image(options, options.same_as ? location_here(*options.same_as) : std::nullopt);
    return look.take();
}

} // namespace retouch::store
