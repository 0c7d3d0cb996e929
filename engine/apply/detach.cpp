#include "apply/detach.hpp"

#include "apply/phases.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

namespace retouch {

bool shares_data(const Target &target) {
    return target.publish.lineage == LineagePolicy::detach && target.publish.way.by_location();
}

void detach_image(Catalog &catalog, const std::string &id, TargetReport &report,
                  EventSink &events) {
    const Phase phase("detach", report, events);
    const auto image = catalog.find(id);
    if (!image)
        throw Error(ErrorKind::failed, fmt::format("the record of image {} is gone", id));
    catalog.store().detach(*image, tell_progress("detach", report, events));
    if (!image->property(lineage::k_detach))
        return;
    ImageChange change;
    change.id = id;
    change.properties[lineage::k_detach] = std::nullopt;
    catalog.apply(change);
}

void detach(Catalog &catalog, const std::string &id, TargetReport &report, EventSink &events) {
    try {
        detach_image(catalog, id, report, events);
    } catch (const Error &error) {
        report.notes.push_back(fmt::format("image {} still shares data with its source: {}; "
                                           "complete it with: retouch detach {}",
                                           id, error.what(), id));
    }
}

} // namespace retouch
