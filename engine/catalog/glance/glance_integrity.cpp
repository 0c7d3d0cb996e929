// Glance: are the bytes of a published image those that were published? In Ceph the RBD store
// looks; of what lies elsewhere only what the image service sends can be compared, when asked for.

#include "catalog/glance/glance_catalog.hpp"

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "catalog/glance/sent_bytes.hpp"

#include <fmt/format.h>

namespace retouch::catalog {

namespace {

void compare_sent_bytes(const ImageApi &api, const Image &image, Integrity &integrity) {
    const std::optional<Promise> recorded = promise_of(image);
    if (!recorded) {
        integrity.unchecked.push_back("the bytes: " + why_not_comparable(image));
        return;
    }
    base::Digest digest = digest_for(*recorded);
    api.download(
        image.id, static_cast<std::uint64_t>(image.size),
        [&](std::string_view bytes) { digest.update(bytes); },
        [](std::uint64_t, std::uint64_t) { return !base::interrupt_due(); });
    base::check_interrupt();
    const std::string found = digest.finish();
    if (found == recorded->hex)
        return;
    integrity.deviations.push_back(
        {.kind = DeviationKind::bytes,
         .what = "bytes the image service sends",
         .expected = fmt::format("{}:{}", recorded->algorithm, base::escape(recorded->hex)),
         .found = fmt::format("{}:{}", recorded->algorithm, found),
         .apply_fixes = false,
         .remedy = fmt::format("the image is damaged: retouch remove {} --yes, and apply",
                               base::escape(image.id))});
}

} // namespace

/// Who cannot reach or read the store is shown no difference between ours and others.
bool GlanceCatalog::may_be_published_by_us(const Image &image) const {
    if (!store_.has_rbd() || store_is_silent_)
        return true;
    try {
        return store_.rbd().is_published_by_us(image).value_or(true);
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::interrupted)
            throw;
        // Ten seconds for each generation would be minutes.
        store_is_silent_ = error.kind() == ErrorKind::unavailable;
        return true;
    }
}

Integrity GlanceCatalog::integrity(const Image &image, const IntegrityOptions &options) const {
    const bool elsewhere =
        !image.locations.empty() && std::ranges::none_of(image.locations, store::is_rbd_location);
    if (!elsewhere && store_.has_rbd())
        return store_.rbd().integrity(image, options);
    Integrity integrity;
    if (elsewhere)
        integrity.unchecked.emplace_back("the stored bytes: the image is not in Ceph");
    else
        integrity.unchecked.emplace_back(
            "the stored bytes: no Ceph cluster is configured on this host");
    if (options.same_as)
        integrity.unchecked.emplace_back(
            "the bytes against those of the source: not both are in Ceph, and this host's to read");
    if (options.read_bytes)
        compare_sent_bytes(api_, image, integrity);
    return integrity;
}

} // namespace retouch::catalog
