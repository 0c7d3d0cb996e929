// A kept stage is the one thing a rehearsal leaves on purpose: the bytes somebody looked at and
// approved, to be published as they are. Three things end it: apply publishes it, `discard` removes
// it, or its plan expires and any later run on that host clears it.
//
// Between the rehearsal and the saved plan nobody knows of it but this process, so it is removed
// unless confirm() was called: a plan that could not be written leaves no stage. From then on its
// journal lies in STATE/kept/ and says what it was kept for; a plan that names it is believed only
// as far as that note agrees, and the store proves that nobody wrote to it since
// (ImageStore::adopt()). A stage of another host has no note here: the store's proof is all there
// is, and it is enough.

#include "apply/kept.hpp"

#include "base/clock.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <cassert>

namespace retouch::apply {

namespace {

constexpr const char *k_entry = "kept";
/// Clocks of hosts differ, and an apply may have begun just in time.
constexpr std::chrono::hours k_grace{1};

/// What confirm() noted; nullptr when the journal is not of a kept stage.
const Json *kept_entry(const DeadRun &run) {
    for (const Json &entry : run.entries)
        if (entry_text(entry, "entry") == k_entry && base::is_uuid(entry_text(entry, "id")))
            return &entry;
    return nullptr;
}

/// nullptr when somebody else holds it.
std::unique_ptr<NameLock> try_lock(Catalog &catalog, const std::string &name) {
    try {
        return catalog.lock(name, base::random_uuid());
    } catch (const Error &error) {
        if (error.kind() != ErrorKind::temporary)
            throw;
        return nullptr;
    }
}

void clear_stage(const DeadRun &run, const Json &entry, Catalog &catalog, EventSink &events) {
    const std::string name = entry_text(entry, "name");
    const std::string until = entry_text(entry, "until");
    if (until > base::utc_in(-k_grace))
        return;
    const std::unique_ptr<NameLock> lock = try_lock(catalog, name);
    if (!lock)
        return;
    const std::string id = entry_text(entry, "id");
    std::string said = fmt::format("cleared the stage {} kept for '{}': its plan expired at {}", id,
                                   base::escape(name), base::escape(until));
    try {
        catalog.store().look_in(entry_text(entry, "location"));
        catalog.store().discard(id);
        close_dead_run(run);
    } catch (const Error &error) {
        said = fmt::format("the stage {} kept for '{}' has expired and cannot be cleared yet: {}",
                           id, base::escape(name), error.what());
    }
    events.on({EventKind::notice, "", said, Json::object()});
}

} // namespace

KeptStages::~KeptStages() {
    const base::InterruptShield shield;
    for (Kept &kept : stages_) {
        try {
            catalog_->store().discard(kept.stage.id);
        } catch (const Error &) {
            kept.journal->leave_open();
        }
    }
}

void KeptStages::add(const Target &target, std::unique_ptr<Journal> journal) {
    assert(target.kept() != nullptr);
    stages_.push_back({*target.kept(), target.publish.name, target.fingerprint,
                       target.rehearsal->facts, std::move(journal)});
}

void KeptStages::confirm() {
    const base::InterruptShield shield;
    while (!stages_.empty()) {
        const Kept &kept = stages_.back();
        kept.journal->add(k_entry, {{"id", kept.stage.id},
                                    {"name", kept.name},
                                    {"fingerprint", kept.fingerprint},
                                    {"facts", kept.facts},
                                    {"location", kept.stage.location},
                                    {"until", kept.stage.until}});
        kept.journal->keep();
        stages_.pop_back();
    }
}

void require_kept_for(const Target &target, const Catalog &catalog) {
    const KeptStage &kept = *target.kept();
    for (const DeadRun &run : kept_runs(catalog.state_directory())) {
        const Json *entry = kept_entry(run);
        if (entry == nullptr || entry_text(*entry, "id") != kept.id)
            continue;
        // Earlier versions noted no fingerprint.
        const std::string fingerprint = entry_text(*entry, "fingerprint");
        if (entry_text(*entry, "name") != target.publish.name ||
            entry_text(*entry, "until") != kept.until ||
            entry_text(*entry, "location") != kept.location ||
            (!fingerprint.empty() && fingerprint != target.fingerprint) ||
            (entry->contains("facts") && entry->at("facts") != Json(target.rehearsal->facts)))
            throw Error(ErrorKind::stale,
                        fmt::format("the stage {} was not kept for this plan", kept.id),
                        "rehearse again with --rehearse=keep");
    }
}

void discard_kept(const Target &target, Catalog &catalog) {
    const KeptStage *kept = target.kept();
    if (kept == nullptr)
        return;
    const auto lock = catalog.lock(target.publish.name, base::random_uuid());
    require_kept_for(target, catalog);
    catalog.store().look_in(kept->location);
    catalog.store().discard(kept->id);
    close_kept(kept->id, catalog);
}

void close_kept(const std::string &id, const Catalog &catalog) noexcept {
    try {
        for (const DeadRun &run : kept_runs(catalog.state_directory()))
            if (const Json *entry = kept_entry(run);
                entry != nullptr && entry_text(*entry, "id") == id)
                close_dead_run(run);
    } catch (const Error &) {
        // It is closed when it has expired.
        return;
    }
}

void clear_expired_stages(Catalog &catalog, EventSink &events) {
    for (const DeadRun &run : kept_runs(catalog.state_directory())) {
        if (const Json *entry = kept_entry(run))
            clear_stage(run, *entry, catalog, events);
        else
            close_dead_run(run);
    }
}

} // namespace retouch::apply
