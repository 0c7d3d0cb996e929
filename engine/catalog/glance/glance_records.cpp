// What the service has shown of records: lists and single ones, remembered until they may have
// become wrong. Whoever writes drops or replaces what changed; that is glance_catalog.cpp's.

#include "catalog/glance/glance_catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <tuple>

namespace retouch::catalog {

namespace {

auto age(const Image &image) {
    return std::tie(image.created_at, image.id);
}

} // namespace

std::vector<Image> GlanceCatalog::images() const {
    const std::string &project = session_.project_id();
    std::vector<Image> images = images_where({.owner = project});
    for (Image &image : images_where({.visibility = "public"}))
        if (image.owner != project)
            images.push_back(std::move(image));
    std::ranges::sort(images, {}, age);
    return images;
}

std::vector<Image> GlanceCatalog::images_where(const ImageQuery &query) const {
    if (std::ranges::find(answered_, query) == answered_.end()) {
        std::vector<GlanceImage> found = api_.list(query);
        std::set<std::string_view> ids;
        for (GlanceImage &record : found)
            ids.insert(fill_owner(record).image.id);
        std::erase_if(records_, [&](const GlanceImage &has) {
            return query.matches(has.image) || ids.contains(has.image.id);
        });
        std::ranges::move(found, std::back_inserter(records_));
        answered_.push_back(query);
    }
    std::vector<Image> images;
    for (const GlanceImage &record : records_)
        if (query.matches(record.image))
            images.push_back(record.image);
    std::ranges::sort(images, {}, age);
    return images;
}

/// Whoever held the lock before us and published, or converged a published image, has left the
/// visible record of that name that was changed last.
bool GlanceCatalog::is_as_listed(const std::string &name, const std::string &owner) const {
    const GlanceImage *newest = nullptr;
    for (const GlanceImage &record : records_)
        if (record.image.name == name && record.image.owner == owner && !record.image.hidden &&
            (newest == nullptr || record.image.updated_at >= newest->image.updated_at))
            newest = &record;
    const std::optional<GlanceImage> latest = api_.latest(name, owner);
    if (newest == nullptr || !latest)
        return newest == nullptr && !latest;
    return latest->image.id == newest->image.id &&
           latest->image.updated_at == newest->image.updated_at;
}

/// A service that tells no owner knows of no projects, or an administrator has made the record so.
GlanceImage &GlanceCatalog::fill_owner(GlanceImage &record) const {
    if (record.image.owner.empty())
        record.image.owner = session_.project_id();
    return record;
}

const GlanceImage &GlanceCatalog::remember(GlanceImage record) const {
    fill_owner(record);
    const auto has = std::ranges::find(records_, record.image.id,
                                       [](const GlanceImage &seen) { return seen.image.id; });
    if (has == records_.end())
        return records_.emplace_back(std::move(record));
    return *has = std::move(record);
}

const GlanceImage &GlanceCatalog::known(const std::string &id) const {
    for (const GlanceImage &has : records_)
        if (has.image.id == id)
            return has;
    auto found = api_.find(id);
    if (!found)
        throw ApiError(ErrorKind::failed,
                       fmt::format("the image service has no image {} any more", id),
                       "somebody removed it; look again with: retouch images", {.status = 404});
    return remember(*std::move(found));
}

} // namespace retouch::catalog
