#include "apply/detach.hpp"

#include "apply/phases.hpp"
#include "base/exit_code.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

namespace retouch::apply {

namespace {

Image record_of(const Catalog &catalog, const std::string &id) {
    auto image = catalog.find(id);
    if (!image)
        throw Error(ErrorKind::failed, fmt::format("the record of image {} is gone", id));
    return *std::move(image);
}

/// Deleted while it is worked on, it would lose its snapshot and stay.
void protect_until_detached(Catalog &catalog, const std::string &id) {
    ImageChange change;
    change.id = id;
    change.is_protected = true;
    change.properties[lineage::k_detach] = lineage::k_pending_protected;
    catalog.apply(change);
}

/// As the record is by now: somebody may have asked for it to stay protected.
void tell_detached(Catalog &catalog, const std::string &id) {
    const Image image = record_of(catalog, id);
    ImageChange change;
    change.id = id;
    change.properties[lineage::k_detach] = std::nullopt;
    if (image.is_protected && !image.stays_protected())
        change.is_protected = false;
    catalog.apply(change);
}

} // namespace

bool shares_data(const Target &target) {
    return target.publish.lineage == LineagePolicy::detach && target.publish.way.by_location();
}

void detach_image(Catalog &catalog, const std::string &id, TargetReport &report,
                  EventSink &events) {
    const Phase phase(PhaseKind::detach, report, events);
    const Image image = record_of(catalog, id);
    if (!catalog.may_be_published_by_us(image))
        throw Error(
            ErrorKind::refused,
            fmt::format("image {} says that it waits to be detached, but its bytes carry no "
                        "mark of retouch",
                        id),
            "it is left alone: who has copied an image's properties takes retouch_detach "
            "off by hand");
    const bool protects = !image.is_protected && catalog.store().shares_data(image);
    if (protects)
        protect_until_detached(catalog, id);
    const std::vector<std::string> notes =
        catalog.store().detach(image, tell_progress(PhaseKind::detach, report, events));
    report.notes.insert(report.notes.end(), notes.begin(), notes.end());
    if (protects || image.property(lineage::k_detach))
        tell_detached(catalog, id);
}

void detach(Catalog &catalog, const std::string &id, TargetReport &report, EventSink &events) {
    try {
        detach_image(catalog, id, report, events);
    } catch (const Error &error) {
        report.notes.push_back(fmt::format("image {} still shares data with its source: {}; "
                                           "complete it with: retouch detach {}",
                                           id, error.what(), id));
        if (report.exit_code == 0)
            report.exit_code = base::exit_code(
                error.kind() == ErrorKind::interrupted ? error.kind() : ErrorKind::temporary);
    }
}

} // namespace retouch::apply
