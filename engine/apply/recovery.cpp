// Recovery: what runs that died left in a catalog and on this host is found and cleared before the
// next run begins. It undoes; it never finishes what a dead run began.

#include "apply/apply.hpp"

#include "apply/journal.hpp"
#include "apply/kept.hpp"
#include "base/run_directory.hpp"
#include "base/uuid.hpp"
#include "guest/appliance/leftovers.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <system_error>

namespace retouch {

namespace {

void tell(EventSink &events, const std::string &message) {
    events.on({"notice", "", message, Json::object()});
}

/// Ids of images a dead run began and did not hand over.
std::set<std::string> unfinished_images(const DeadRun &run) {
    std::set<std::string> ids;
    for (const Json &entry : run.entries) {
        const std::string what = entry_text(entry, "entry");
        const std::string id = entry_text(entry, "id");
        if (!is_uuid(id))
            continue;
        if (what == "stage")
            ids.insert(id);
        else if (what == "published")
            ids.erase(id);
    }
    return ids;
}

/// The hand-over takes the mark off a record: it is either unfinished or not ours to touch.
void clear_image(Catalog &catalog, const std::string &id, EventSink &events) {
    const auto record = catalog.find(id);
    if (record && !record->unfinished())
        return;
    catalog.remove(id);
    tell(events, fmt::format("cleared unfinished image {} of an earlier run that died", id));
}

/// Taking a dead run's lock breaks it, and letting go removes it. A living run that has taken it
/// meanwhile does the same when it ends.
void clear_lock(Catalog &catalog, const DeadRun &run) {
    for (const Json &entry : run.entries) {
        const auto about = entry.find("about");
        const std::string name =
            about != entry.end() && about->is_object() ? entry_text(*about, "name") : std::string();
        if (name.empty())
            continue;
        try {
            static_cast<void>(catalog.lock(name, entry_text(entry, "run")));
        } catch (const Error &error) {
            if (error.kind() != ErrorKind::temporary)
                throw;
        }
    }
}

void clear_temporary_directories(EventSink &events) {
    for (const auto &path : RunDirectory::clear_abandoned())
        tell(events, fmt::format("cleared {} of an earlier run that died", path.string()));
    for (const auto &path : stale_appliance_directories()) {
        std::error_code failed;
        std::filesystem::remove_all(path, failed);
        if (!failed)
            tell(events, fmt::format("cleared {} of an appliance that died", path.string()));
    }
}

} // namespace

void clear_unfinished(Catalog &catalog, const std::string &name, EventSink &events) {
    for (const Image &image : catalog.images())
        if (image.name == name && image.properties.contains(lineage::k_unfinished))
            clear_image(catalog, image.id, events);
}

void recover(Catalog &catalog, EventSink &events) {
    clear_temporary_directories(events);
    for (const std::string &strange : set_aside_strange(catalog.state_directory()))
        tell(events, strange);
    for (const DeadRun &run : dead_runs(catalog.state_directory())) {
        for (const std::string &id : unfinished_images(run))
            clear_image(catalog, id, events);
        clear_lock(catalog, run);
        close_dead_run(run);
    }
    clear_expired_stages(catalog, events);
}

} // namespace retouch
