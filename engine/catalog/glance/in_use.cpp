// The image service would break off with the snapshot gone, or, where it moves images to the trash,
// take away what machines run from. Where Ceph cannot be asked, it alone decides.

#include "catalog/glance/in_use.hpp"

#include "base/text.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace retouch::catalog {

void require_no_clones(const GlanceStore &store, const std::string &pool, const Image &image) {
    constexpr std::size_t k_most_shown = 10;
    if (!store.has_rbd())
        return;
    std::optional<std::vector<std::string>> clones = std::vector<std::string>();
    try {
        clones = store.rbd().clones_of(image);
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::interrupted)
            throw;
    }
    if (!clones)
        throw Error(ErrorKind::refused,
                    fmt::format("image {} is in use: it has clones, and some are in pools that may "
                                "not be read here",
                                base::escape(image.id)),
                    fmt::format("an administrator of Ceph sees them: rbd children {}/{}@snap",
                                base::escape(pool), base::escape(image.id)));
    if (clones->empty())
        return;
    const std::size_t count = clones->size();
    std::ranges::sort(*clones);
    clones->resize(std::min(count, k_most_shown));
    throw Error(ErrorKind::refused,
                fmt::format("image {} is in use: {} clone{}, {}{}", base::escape(image.id), count,
                            count == 1 ? "" : "s", fmt::join(*clones, ", "),
                            count > k_most_shown ? ", ..." : ""),
                fmt::format("remove what was made from it first, or complete it: rbd flatten {}",
                            clones->front()));
}

} // namespace retouch::catalog
