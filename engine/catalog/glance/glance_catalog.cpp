// Glance as a catalog: the order of calls, and what follows from their failures. What a call looks
// like on the wire is image_api.cpp's; what may be changed of a record, record_change.cpp's.
//
// Three things make a cloud different from a database, and each has one answer here.
//
// An answer can be lost when the call was done: a timeout, a proxy, a restart. Every call that
// changes something is settled(): when its outcome is unknown, the record is read and tells; only
// if it was not done it is repeated, once. No call is repeated blindly.
//
// A service may accept a change and not make it: protected properties dropped silently, locations
// refused by policy, an import that fails afterwards. What was asked for is compared with the
// record that came of it (require_complete, is_as_wanted), and whether it would be allowed at all
// is asked before the work, on the reserved record, which nobody lists (rights.cpp).
//
// Others work at the same time. A change is a patch against the record as it was read, refused by
// the service when somebody was quicker; one that made the same change is no failure. Records are
// kept while nothing can have changed them (glance_records.cpp), and asked anew under a lock.
//
// Removing is the dangerous call: Ceph is asked first whether anything needs the bytes
// (in_use.cpp).

#include "catalog/glance/glance_catalog.hpp"

#include "base/clock.hpp"
#include "base/host_name.hpp"
#include "base/text.hpp"
#include "base/waiting.hpp"
#include "catalog/file_name_lock.hpp"
#include "catalog/glance/in_use.hpp"
#include "catalog/glance/new_record.hpp"
#include "catalog/glance/publish_way.hpp"
#include "catalog/glance/record_change.hpp"
#include "catalog/glance/rights.hpp"
#include "catalog/glance/sent_bytes.hpp"
#include "catalog/glance/token_end.hpp"
#include "model/run_mark.hpp"
#include "store/rbd/rados_lock.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <map>
#include <system_error>

namespace retouch::catalog {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds k_poll{500};
constexpr const char *k_import_task = "os_glance_import_task";
/// Terabytes are read in less.
constexpr double k_location_limit_seconds = 24 * 3600;
constexpr double k_queued_limit_seconds = 15;

/// The record after `call`. When its answer is lost, the record tells whether it was made; if not,
/// it is repeated once.
template<typename Call, typename Done>
GlanceImage settled(const ImageApi &api, const std::string &id, Call call, Done done) {
    for (bool repeated = false;; repeated = true) {
        try {
            return call();
        } catch (const ApiError &error) {
            if (!error.outcome_unknown())
                throw;
            if (auto found = api.find(id); found && done(found->image))
                return *found;
            if (repeated)
                throw;
        }
    }
}

Error not_complete(const std::string &id, const std::string &what) {
    return {ErrorKind::failed, fmt::format("the new image {} is not complete: {}", id, what),
            "it was rolled back; the image service's log says more"};
}

/// The new record must be what was asked for: a service may drop protected properties silently.
void require_as_wanted(const Image &record, const Image &wanted) {
    if (record.status != "active")
        throw not_complete(wanted.id, fmt::format("its status is {}", base::escape(record.status)));
    if (record.size != wanted.size)
        throw not_complete(
            wanted.id, fmt::format("its size is {} instead of {} bytes", record.size, wanted.size));
    for (const auto &[name, value] : wanted.properties)
        if (record.property(name) != value)
            throw not_complete(wanted.id, fmt::format("the image service did not keep the property "
                                                      "'{}'",
                                                      base::escape(name)));
}

} // namespace

std::unique_ptr<Catalog> open_glance_catalog(const GlanceOptions &options) {
    return std::make_unique<GlanceCatalog>(options);
}

std::unique_ptr<CatalogView> view_glance_catalog(const GlanceOptions &options) {
    return std::make_unique<GlanceCatalog>(options);
}

GlanceCatalog::GlanceCatalog(const GlanceOptions &options)
    : name_(options.name),
      state_directory_(options.state_directory),
      rbd_(options.rbd),
      pool_(options.pool),
      source_owners_(options.source_owners),
      session_(options.cloud),
      api_(session_),
      store_(api_, options.rbd, options.pool, options.scratch_pool, options.cache_directory) {}

void GlanceCatalog::require_project(const std::string &id) const {
    const auto refuse = [](const std::string &what, const char *how) {
        throw Error(ErrorKind::refused, what, how);
    };
    constexpr const char *k_id = "publish.owner is the id of a project, as 'openstack project show "
                                 "-c id NAME' tells it";
    const auto state = session_.project_state(id);
    if (state == ProjectState::absent)
        refuse(fmt::format("there is no project '{}'", base::escape(id)), k_id);
    if (state == ProjectState::domain)
        refuse(fmt::format("'{}' is a domain, and images belong to projects", base::escape(id)),
               k_id);
    if (state == ProjectState::disabled)
        refuse(
            fmt::format("project '{}' is disabled: nobody could use its images", base::escape(id)),
            "enable it ('openstack project set --enable ID'), or name another in publish.owner");
}

std::optional<Image> GlanceCatalog::find(const std::string &id) const {
    auto found = api_.find(id);
    if (!found)
        return std::nullopt;
    return remember(*std::move(found)).image;
}

PublishWay GlanceCatalog::publish_way(const Image &source) const {
    return choose_publish_way(api_, store_, known(source.id));
}

std::vector<std::string> GlanceCatalog::notes_on(const Image &source) const {
    std::vector<std::string> notes;
    if (!promise_of(source) && !store_.reason_to_download(source).empty())
        notes.push_back(fmt::format("the bytes downloaded of image {} cannot be compared: {}",
                                    base::escape(source.id), why_not_comparable(source)));
    if (std::string end = end_of_token(session_); !end.empty())
        notes.push_back(std::move(end));
    return notes;
}

std::vector<ImageMember> GlanceCatalog::members(const std::string &id) const {
    return api_.members(id);
}

bool GlanceCatalog::may_accept_for_members() const {
    return session_.has_role("admin");
}

std::unique_ptr<NameLock> GlanceCatalog::lock(const std::string &name, const std::string &run) {
    std::unique_ptr<NameLock> lock;
    if (store_.has_rbd())
        lock = std::make_unique<store::RadosLock>(rbd_, pool_, name, run);
    else
        lock = std::make_unique<FileNameLock>(state_directory(), name, run,
                                              base::host_name() + ':' + state_directory().string());
    std::map<std::string, bool> is_listed;
    for (const ImageQuery &query : answered_)
        if (!is_listed.contains(query.owner))
            is_listed[query.owner] = is_as_listed(name, query.owner);
    std::erase_if(answered_, [&](const ImageQuery &query) { return !is_listed[query.owner]; });
    return lock;
}

void GlanceCatalog::reserve(const Image &draft, const ImageChange &wanted,
                            std::span<const ImageChange> aside, const PublishWay &way) {
    const std::string owner = draft.owner != session_.project_id() ? draft.owner : std::string();
    const Image &made =
        remember(settled(
                     api_, draft.id, [&] { return create_record(api_, draft, owner); },
                     [](const Image &) { return true; }))
            .image;
    if (made.owner != draft.owner)
        throw Error(ErrorKind::refused,
                    fmt::format("the image service gave the new image to project '{}' instead of "
                                "'{}'",
                                base::escape(made.owner), base::escape(draft.owner)),
                    "name the project it should belong to in the recipe: publish.owner");
    check_rights(api_, draft, wanted.visibility.value_or(draft.visibility), way);
    for (const ImageChange &change : aside)
        check_change(api_, known(change.id).image, change);
    // About this the service cannot be asked without doing it, on a record nobody lists yet.
    if (wanted.members)
        share(wanted);
}

void GlanceCatalog::share(const ImageChange &wanted) {
    ImageChange shared;
    shared.id = wanted.id;
    shared.visibility = wanted.visibility;
    shared.members = wanted.members;
    apply(shared);
}

std::vector<std::string> GlanceCatalog::attach(const Image &record, Stage &stage,
                                               const PublishWay &way,
                                               const WorkProgress &progress) {
    if (way.method == PublishMethod::upload)
        return upload(record, stage, progress);
    stage.publish();
    point_at(record.id, store_.rbd().location_of(record.id), way);
    static_cast<void>(require_complete(record));
    return {};
}

std::vector<std::string> GlanceCatalog::upload(const Image &record, Stage &stage,
                                               const WorkProgress &progress) {
    const auto reader = stage.reader();
    DigestingReader sent(*reader);
    send(record.id, sent, progress);
    const Image made = require_complete(record);
    if (store_.has_rbd() && made.property(lineage::k_recipe)) // what is imported is no generation
        store_.rbd().mark_uploaded(made);
    const std::optional<Promise> promise = promise_of(made);
    if (!promise)
        return {fmt::format("the bytes uploaded as image {} could not be compared: {}", record.id,
                            why_not_comparable(made))};
    auto digests = sent.finish();
    const auto known = digests.find(promise->algorithm);
    const std::string digest =
        known != digests.end() ? known->second : promised_digest(*reader, *promise);
    if (const std::string found = deviation(*promise, digest); !found.empty())
        throw not_complete(record.id, "the image service has other bytes than were sent: " + found);
    return {};
}

Image GlanceCatalog::require_complete(const Image &wanted) const {
    const auto made = find(wanted.id);
    if (!made)
        throw not_complete(wanted.id, "its record is gone");
    require_as_wanted(*made, wanted);
    return *made;
}

void GlanceCatalog::point_at(const std::string &id, const std::string &url,
                             const PublishWay &way) const {
    if (way.method == PublishMethod::location) {
        ImagePatch patch;
        patch.add_location(url);
        static_cast<void>(settled(
            api_, id, [&] { return api_.patch(id, patch); },
            [](const Image &record) { return record.status == "active"; }));
        return;
    }
    api_.add_location(id, url);
    await_location(id);
}

/// The service works on it and tells nobody how it ends: a record that stays queued without a task
/// has failed. Its task may read all bytes of the active image and then puts the record back to
/// what it was when the task began (glance/async_/flows/location_import.py, 2024.2 to 2026.1).
void GlanceCatalog::await_location(const std::string &id) const {
    const base::Stopwatch stopwatch;
    double last_sign = 0;
    for (;;) {
        const auto record = api_.find(id);
        if (!record)
            return;
        const bool busy = record->internals.contains(k_import_task);
        if (record->image.status == "active" && !busy)
            return;
        if (record->image.status != "queued" || busy)
            last_sign = stopwatch.seconds();
        if (stopwatch.seconds() - last_sign > k_queued_limit_seconds ||
            stopwatch.seconds() > k_location_limit_seconds)
            return;
        base::pause_for(k_poll);
    }
}

/// The record with the change in it, also when somebody else has just made the same one: a patch
/// that removes what is gone is refused.
GlanceImage GlanceCatalog::patched(const std::string &id, const ImagePatch &patch,
                                   const std::function<bool(const Image &)> &done) const {
    try {
        return api_.patch(id, patch);
    } catch (const ApiError &error) {
        if (error.status() != 409)
            throw;
        auto found = api_.find(id);
        if (!found || !done(found->image))
            throw;
        return *std::move(found);
    }
}

void GlanceCatalog::change(const Image &before, const ImageChange &wanted) {
    const ImagePatch patch = patch_for(before, wanted);
    if (!patch.empty()) {
        ImageChange fields = wanted;
        fields.status.reset();
        const auto done = [&](const Image &record) { return is_as_wanted(record, fields); };
        const auto make = [&] { return patched(wanted.id, patch, done); };
        const GlanceImage &made = remember(settled(api_, wanted.id, make, done));
        if (!done(made.image))
            throw Error(ErrorKind::failed,
                        fmt::format("image {} did not take the change made to it", wanted.id),
                        "run the command again");
    }
    if (wanted.status && *wanted.status != before.status) {
        if (*wanted.status == "deactivated")
            api_.deactivate(wanted.id);
        else if (before.status == "deactivated")
            api_.reactivate(wanted.id);
    }
    if (wanted.members)
        add_members(wanted.id, *wanted.members);
}

/// Only those that are missing: the service counts one that is there already against its quota.
void GlanceCatalog::add_members(const std::string &id, const std::vector<ImageMember> &wanted) {
    const std::vector<ImageMember> has = api_.members(id);
    for (const ImageMember &member : wanted) {
        const auto known = std::ranges::find(has, member.project, &ImageMember::project);
        if (known == has.end())
            api_.add_member(id, member.project);
        const std::string status = known == has.end() ? "pending" : known->status;
        if (member.status != "pending" && member.status != status)
            api_.set_member_status(id, member.project, member.status);
    }
}

void GlanceCatalog::apply(const ImageChange &wanted) {
    if (!wanted.empty())
        change(known(wanted.id).image, wanted);
}

void GlanceCatalog::remove(const std::string &id) {
    const auto record = find(id);
    if (record && record->status != "queued" && !record->unfinished())
        require_no_clones(store_, pool_, *record);
    if (const auto mark = record ? model::run_mark_of(*record) : std::nullopt)
        store_.look_in(mark->place);
    // By its record the next run finds what is left: while Glance knows of no bytes they go first.
    if (record && record->status == "queued")
        store_.remove(id);
    if (record) {
        if (record->is_protected && record->unfinished()) {
            ImagePatch patch;
            patch.set("protected", false);
            static_cast<void>(api_.patch(id, patch));
        }
        api_.remove(id);
        std::erase_if(records_, [&](const GlanceImage &has) { return has.image.id == id; });
    }
    store_.remove(id);
}

fs::path GlanceCatalog::state_directory() const {
    std::error_code failed;
    fs::create_directories(state_directory_, failed);
    if (failed)
        throw base::system_error("create", state_directory_, failed.value());
    fs::permissions(state_directory_, fs::perms::owner_all, failed);
    return state_directory_;
}

} // namespace retouch::catalog
