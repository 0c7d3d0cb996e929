#include "steps/users/seen_places.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/resolve.hpp"
#include "steps/support/covered_places.hpp"

#include <fmt/format.h>

namespace retouch::steps {

void require_seen(const GuestView &guest, ImageChanges &changes) {
    if (changes.changes.empty())
        return;
    const FstabCover cover(guest);
    for (const Foreseen &change : changes.changes) {
        if (!change.info || !changes.possible())
            continue;
        const std::string above = guest::resolve_in_guest(guest, base::parent_path(change.path));
        const std::string place = base::join(above, base::base_name(change.path));
        if (const std::string_view covering = covered_by(place); !covering.empty())
            changes.fail(fmt::format("{} is not seen in a machine that boots the image: another "
                                     "filesystem is mounted on {}",
                                     base::escape(change.path), covering));
        else
            changes.fail(cover.obstacle(place));
    }
}

} // namespace retouch::steps
