// The ways in order of cost: a location by PATCH, the add-location call, an upload. What the
// service shows tells which are open.

#include "catalog/glance/publish_way.hpp"

#include "retouch/error.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::catalog {

namespace {

constexpr ApiVersion k_add_location{2, 17};

bool speaks(const ImageApi &api, ApiVersion wanted) {
    return std::ranges::any_of(api.versions(),
                               [&](const ApiVersion &version) { return version >= wanted; });
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

} // namespace retouch::catalog
