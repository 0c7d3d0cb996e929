// The ways in order of cost: a location by PATCH, the add-location call, an upload. What the
// service shows tells which are open; what our rights allow is asked with a patch made to fail.

#include "catalog/glance/publish_way.hpp"

#include "retouch/error.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch {

namespace {

constexpr ApiVersion k_add_location{2, 17};

/// No cluster has this id and no record this property: either makes a patch fail as a whole.
constexpr const char *k_impossible_location =
    "rbd://00000000-0000-0000-0000-000000000000/retouch/probe/snap";
constexpr const char *k_impossible_property = "retouch_probe";

bool speaks(const ImageApi &api, ApiVersion wanted) {
    return std::ranges::any_of(api.versions(),
                               [&](const ApiVersion &version) { return version >= wanted; });
}

Error lacks_rights(const ApiError &refusal, const std::string &what, const std::string &hint) {
    return {ErrorKind::not_authorised,
            fmt::format("the image service does not let us {}: {}", what, refusal.said()), hint};
}

} // namespace

PublishWay choose_publish_way(const ImageApi &api, const GlanceStore &store,
                              const GlanceImage &source) {
    const std::string download = store.reason_to_download(source.image);
    if (!download.empty())
        return {PublishMethod::upload, download};
    if (source.shows_locations)
        return {PublishMethod::location, "this endpoint shows locations"};
    if (speaks(api, k_add_location) && api.session().has_role("service"))
        return {PublishMethod::location_api,
                "this endpoint hides locations, but takes them from the role 'service'; the image "
                "service may read all bytes before the image can be published"};
    return {PublishMethod::upload, "this endpoint hides locations and so takes none"};
}

void check_rights(const ImageApi &api, const Image &draft, const std::string &visibility,
                  const PublishWay &way, bool repeated) {
    ImagePatch patch;
    if (visibility != draft.visibility)
        patch.set("visibility", visibility);
    if (way.method == PublishMethod::location)
        patch.add_location(k_impossible_location);
    else
        patch.unset(k_impossible_property);
    try {
        static_cast<void>(api.patch(draft.id, patch));
    } catch (const ApiError &refusal) {
        if (refusal.outcome_unknown() && !repeated)
            return check_rights(api, draft, visibility, way, true);
        if (refusal.status() == 400 || refusal.status() == 409)
            return;
        if (refusal.status() != 403)
            throw;
        // Which of the two was refused: ask for the visibility alone.
        ImagePatch alone;
        alone.set("visibility", visibility);
        alone.unset(k_impossible_property);
        try {
            static_cast<void>(api.patch(draft.id, alone));
        } catch (const ApiError &second) {
            if (second.status() == 403)
                throw lacks_rights(second, fmt::format("make images {}", visibility),
                                   "use a project or user that may, or set publish.visibility");
        }
        throw lacks_rights(refusal, "register the location of an image",
                           "use an endpoint and a user that may set locations; docs/openstack.md "
                           "says which rights are needed");
    }
    throw ApiError(ErrorKind::unavailable,
                   "the image service accepted a change that cannot be made",
                   "its answers cannot be relied on: is this the address of an image service?", {});
}

} // namespace retouch
