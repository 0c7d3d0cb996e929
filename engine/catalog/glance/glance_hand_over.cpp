// The hand-over at Glance, which knows no transactions: before the mark is off everything can be
// undone, by whoever made the record; after it there is only forward. What is to be handed over is
// apply/hand_over.cpp's.

#include "catalog/glance/glance_catalog.hpp"

namespace retouch {

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

std::vector<NotAside> GlanceCatalog::hand_over(const ImageChange &first,
                                               std::span<const ImageChange> aside) {
    ImageChange shown = first;
    if (first.members) {
        ImageChange shared;
        shared.id = first.id;
        shared.visibility = first.visibility;
        shared.members = first.members;
        apply(shared);
        shown.members.reset();
    }
    try {
        apply(shown);
    } catch (const Error &) {
        if (!takes_mark_off(first) || !is_handed_over(first.id))
            throw;
    }
    std::vector<NotAside> left;
    for (const ImageChange &wanted : aside) {
        try {
            apply(wanted);
        } catch (const ApiError &error) {
            if (error.status() != 404)
                left.push_back({wanted.id, error.what()});
        } catch (const Error &error) {
            left.push_back({wanted.id, error.what()});
        }
    }
    return left;
}

} // namespace retouch
