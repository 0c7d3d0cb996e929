// Sending bytes through the image service, which says nothing while it waits for its own store.

#include "catalog/glance/glance_catalog.hpp"

#include "base/clock.hpp"
#include "store/rbd/full_pool_watch.hpp"

namespace retouch::catalog {

/// What goes into a full pool waits there for room, and the service with it, without a word.
void GlanceCatalog::send(const std::string &id, ByteReader &bytes,
                         const WorkProgress &progress) const {
    if (!store_.has_rbd()) {
        api_.upload(id, bytes, progress);
        return;
    }
    constexpr double k_stall_seconds = 15;
    base::Stopwatch idle;
    const store::FullPoolWatch room({rbd_, pool_, {}, {}}, [] {});
    const auto moves = [&](std::uint64_t done, std::uint64_t total) {
        idle = base::Stopwatch();
        return !progress || progress(done, total);
    };
    const auto watch = [&] {
        // The service may keep its images elsewhere.
        if (idle.seconds() > k_stall_seconds)
            room.require_patience();
    };
    api_.upload(id, bytes, moves, {}, watch);
}

} // namespace retouch::catalog
