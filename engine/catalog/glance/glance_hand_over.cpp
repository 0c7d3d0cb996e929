// The hand-over at Glance, which knows no transactions: before the mark is off everything can be
// undone, by whoever made the record; after it there is only forward. What is to be handed over is
// apply/hand_over.cpp's.

#include "catalog/glance/glance_catalog.hpp"

#include "catalog/glance/record_change.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace retouch::catalog {

namespace {

bool takes_mark_off(const ImageChange &change) {
    const auto mark = change.properties.find(lineage::k_unfinished);
    return mark != change.properties.end() && !mark->second;
}

} // namespace

bool GlanceCatalog::is_handed_over(const std::string &id) const noexcept {
    try {
        const auto record = find(id);
        return record && !record->unfinished();
    } catch (const std::exception &) {
        return false;
    }
}

/// Puts a published image into its place again when somebody, as a task of the service that saves
/// the record it loaded before, has changed it back.
std::vector<LeftToDo> GlanceCatalog::stays_shown(const ImageChange &shown) {
    try {
        for (int tries = 0;; ++tries) {
            const auto record = find(shown.id);
            if (!record || is_as_wanted(*record, shown))
                return {};
            if (tries > 0)
                return {{shown.id, "was changed back by the image service"}};
            apply(shown);
        }
    } catch (const Error &) {
        return {}; // it was shown, and whoever looks next sees what became of it
    }
}

std::vector<LeftToDo> GlanceCatalog::hand_over(const ImageChange &first,
                                               std::span<const ImageChange> aside) {
    ImageChange shown = first;
    if (first.members) {
        share(first);
        shown.members.reset();
    }
    try {
        apply(shown);
    } catch (const Error &) {
        if (!takes_mark_off(first) || !is_handed_over(first.id))
            throw;
    }
    std::vector<LeftToDo> left;
    const auto still = [&](const ImageChange &wanted, const Error &error) {
        left.push_back({wanted.id, fmt::format("still has its name: {}", error.what())});
    };
    for (const ImageChange &wanted : aside) {
        try {
            apply(wanted);
        } catch (const ApiError &error) {
            if (error.status() != 404)
                still(wanted, error);
        } catch (const Error &error) {
            still(wanted, error);
        }
    }
    std::ranges::move(stays_shown(shown), std::back_inserter(left));
    return left;
}

} // namespace retouch::catalog
