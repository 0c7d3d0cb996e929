// A service that answers with another id may have made that record, or may have answered with one
// that was there before: only what is queued and as we wanted it is taken to be ours.

#include "catalog/glance/new_record.hpp"

#include "base/interrupt.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::catalog {

namespace {

bool is_ours(const Image &found, const Image &draft) {
    return found.status == "queued" && found.name == draft.name &&
           std::ranges::all_of(draft.properties, [&](const auto &property) {
               return found.property(property.first) == property.second;
           });
}

/// What became of the record `id`.
std::string taken_back(const ImageApi &api, const std::string &id, const Image &draft) {
    const base::InterruptShield shield;
    try {
        const auto found = api.find(id);
        if (!found)
            return "there is none of that id";
        if (!is_ours(found->image, draft))
            return "it is left alone, because it is not what was asked for";
        api.remove(id);
        return "it was removed again";
    } catch (const Error &error) {
        return fmt::format("it may still be there, hidden and without bytes: {}", error.what());
    }
}

} // namespace

GlanceImage create_record(const ImageApi &api, const Image &draft, const std::string &owner) {
    GlanceImage made = api.create(draft, owner);
    const std::string &id = made.image.id;
    if (id == draft.id)
        return made;
    throw ApiError(ErrorKind::unavailable,
                   fmt::format("the image service made the record {} although {} was asked for; {}",
                               base::escape(id), draft.id, taken_back(api, id, draft)),
                   "is this the address of an image service?", {.status = 201});
}

} // namespace retouch::catalog
