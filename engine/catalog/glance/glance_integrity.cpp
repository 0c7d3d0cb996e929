// Glance: are the bytes of a published image those that were published? In Ceph the RBD store
// looks; of what lies elsewhere only what the image service sends can be compared, when asked for.

#include "catalog/glance/glance_catalog.hpp"

#include "base/digest.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace retouch {

namespace {

constexpr const char *k_checksum = "sha512";

void compare_sent_bytes(const ImageApi &api, const Image &image, Integrity &integrity) {
    const auto recorded = image.checksums.find(k_checksum);
    if (recorded == image.checksums.end()) {
        integrity.unchecked.emplace_back("the bytes: the record holds no checksum");
        return;
    }
    Digest digest(Digest::Algorithm::sha512);
    api.download(
        image.id, [&](std::string_view bytes) { digest.update(bytes); },
        [](std::uint64_t, std::uint64_t) { return !interrupt_due(); });
    check_interrupt();
    const std::string found = digest.finish();
    if (found == recorded->second)
        return;
    integrity.deviations.push_back(
        {.kind = "bytes",
         .what = "bytes the image service sends",
         .expected = fmt::format("{}:{}", k_checksum, escape(recorded->second)),
         .found = fmt::format("{}:{}", k_checksum, found),
         .apply_mends = false,
         .remedy = fmt::format("the image is damaged: retouch remove {} --yes, and apply",
                               escape(image.id))});
}

} // namespace

Integrity GlanceCatalog::integrity(const Image &image, const IntegrityOptions &options) const {
    const bool elsewhere = !image.locations.empty() && !is_rbd_location(image.locations.front());
    if (!elsewhere && store_.has_rbd())
        return store_.rbd().integrity(image, options);
    Integrity integrity;
    if (elsewhere)
        integrity.unchecked.emplace_back("the stored bytes: the image does not lie in Ceph");
    else
        integrity.unchecked.emplace_back(
            "the stored bytes: no Ceph cluster is configured on this host");
    if (options.read_bytes)
        compare_sent_bytes(api_, image, integrity);
    return integrity;
}

} // namespace retouch
