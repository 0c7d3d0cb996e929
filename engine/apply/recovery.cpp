// Recovery: what runs that died left in a catalog and on this host is found and cleared before the
// next run begins. What bears its mark is undone; what was handed over goes forward only.

#include "apply/apply.hpp"

#include "apply/journal.hpp"
#include "apply/kept.hpp"
#include "apply/put_aside.hpp"
#include "base/run_directory.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "guest/appliance/leftovers.hpp"
#include "plan/lineage.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <vector>

namespace retouch::apply {

namespace {

void tell(EventSink &events, const std::string &message) {
    events.on({EventKind::notice, "", message, Json::object()});
}

/// What a dead run was at.
struct Unfinished {
    std::set<std::string> begun;                          ///< ids of images not handed over
    std::map<std::string, std::vector<Superseded>> shown; ///< perhaps handed over, and for whom
};

Unfinished unfinished_work(const DeadRun &run) {
    Unfinished work;
    for (const Json &entry : run.entries) {
        const std::string what = entry_text(entry, "entry");
        const std::string id = entry_text(entry, "id");
        if (!base::is_uuid(id))
            continue;
        if (what == journal_entry::k_stage) {
            work.begun.insert(id);
        } else if (what == journal_entry::k_hand_over || what == journal_entry::k_converge) {
            work.begun.erase(id);
            work.shown[id] = read_noted(entry);
        } else if (what == journal_entry::k_published || what == journal_entry::k_converged) {
            work.begun.erase(id);
            work.shown.erase(id);
        }
    }
    return work;
}

/// The hand-over takes the mark off a record: it is either unfinished or not ours to touch.
void clear_image(Catalog &catalog, const std::string &id, EventSink &events) {
    const auto record = catalog.find(id);
    if (record && !record->unfinished())
        return;
    catalog.remove(id);
    tell(events, fmt::format("cleared unfinished image {} of an earlier run that died", id));
}

/// What an earlier run has not put aside any more; false when it cannot be done now either.
bool finish_putting_aside(Catalog &catalog, const std::vector<Superseded> &superseded,
                          EventSink &events) {
    bool done = true;
    for (const Superseded &one : to_put_aside(superseded, catalog)) {
        const auto now = catalog.find(one.image.id);
        if (!now || !plan::is_visible(*now))
            continue;
        try {
            catalog.apply(put_aside(one));
            tell(events, fmt::format("put image {} aside, which an earlier run that ended in "
                                     "between had replaced",
                                     one.image.id));
        } catch (const Error &error) {
            tell(events, fmt::format("image {} still has the name '{}', too: {}", one.image.id,
                                     base::escape(one.image.name), error.what()));
            done = false;
        }
    }
    return done;
}

/// Goes on from a hand-over; false when something is left to be done.
bool go_forward(Catalog &catalog, const std::string &id, const std::vector<Superseded> &superseded,
                EventSink &events) {
    const auto record = catalog.find(id);
    if (!record) {
        tell(events, fmt::format("image {}, which an earlier run that died was handing over, is "
                                 "not in the catalog: nothing of it was touched; if it is gone for "
                                 "good, 'retouch remove {}' removes its bytes",
                                 id, id));
        return true;
    }
    if (record->unfinished()) {
        clear_image(catalog, id, events);
        return true;
    }
    return finish_putting_aside(catalog, superseded, events);
}

/// Other projects' images cannot be seen, which says nothing of them.
bool is_of_project(const DeadRun &run, const std::string &project) {
    for (const Json &entry : run.entries)
        if (entry_text(entry, "entry") == journal_entry::k_run)
            return entry_text(entry, "project") == project;
    return project.empty();
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
    for (const auto &path : base::RunDirectory::clear_abandoned())
        tell(events, fmt::format("cleared {} of an earlier run that died", path.string()));
    for (const auto &path : guest::stale_appliance_directories()) {
        std::error_code failed;
        std::filesystem::remove_all(path, failed);
        if (!failed)
            tell(events, fmt::format("cleared {} of an appliance that died", path.string()));
    }
}

} // namespace

void clear_unfinished(Catalog &catalog, const std::string &name, const model::RunMark &ours,
                      EventSink &events) {
    for (const Image &image : catalog.images_where({.owner = ours.owner, .names = {name}}))
        if (model::is_of_earlier_run(image, ours))
            clear_image(catalog, image.id, events);
}

void recover_host(Catalog &catalog, EventSink &events) {
    clear_temporary_directories(events);
    for (const std::string &strange : set_aside_strange(catalog.state_directory()))
        tell(events, strange);
    for (const DeadRun &run : dead_runs(catalog.state_directory()))
        clear_lock(catalog, run);
}

void recover(Catalog &catalog, EventSink &events) {
    recover_host(catalog, events);
    const std::vector<DeadRun> runs = dead_runs(catalog.state_directory());
    const std::string project = runs.empty() ? std::string() : catalog.project();
    for (const DeadRun &run : runs) {
        if (!is_of_project(run, project))
            continue;
        for (const Json &entry : run.entries)
            catalog.store().look_in(entry_text(entry, "place"));
        const Unfinished work = unfinished_work(run);
        for (const std::string &id : work.begun)
            clear_image(catalog, id, events);
        bool done = true;
        for (const auto &[id, superseded] : work.shown)
            done = go_forward(catalog, id, superseded, events) && done;
        if (done)
            close_dead_run(run);
    }
    clear_expired_stages(catalog, events);
}

} // namespace retouch::apply
