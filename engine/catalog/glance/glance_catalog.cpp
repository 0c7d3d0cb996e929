// The order of calls and what follows from their failures. The only state is the list of records,
// which is dropped whenever it may have become wrong.

#include "catalog/glance/glance_catalog.hpp"

#include "base/clock.hpp"
#include "base/host_name.hpp"
#include "base/text.hpp"
#include "base/waiting.hpp"
#include "catalog/file_name_lock.hpp"
#include "catalog/glance/new_record.hpp"
#include "catalog/glance/publish_way.hpp"
#include "catalog/glance/record_change.hpp"
#include "catalog/glance/sent_bytes.hpp"
#include "store/rbd/rados_lock.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <system_error>

namespace retouch {

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
            "it was taken back; the image service's log says more"};
}

/// The new record must be what was asked for: a service may drop protected properties silently.
void require_as_wanted(const Image &record, const Image &wanted) {
    if (record.status != "active")
        throw not_complete(wanted.id, fmt::format("its status is {}", escape(record.status)));
    if (record.size != wanted.size)
        throw not_complete(
            wanted.id, fmt::format("its size is {} instead of {} bytes", record.size, wanted.size));
    for (const auto &[name, value] : wanted.properties)
        if (record.property(name) != value)
            throw not_complete(wanted.id, fmt::format("the image service did not keep the property "
                                                      "'{}'",
                                                      escape(name)));
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
      session_(options.cloud),
      api_(session_),
      store_(api_, options.rbd, options.pool, options.scratch_pool, options.cache_directory) {}

std::vector<Image> GlanceCatalog::images() const {
    if (!listed_)
        records_ = api_.list();
    listed_ = true;
    std::vector<Image> images;
    images.reserve(records_.size());
    for (const GlanceImage &record : records_)
        images.push_back(record.image);
    return images;
}

std::optional<Image> GlanceCatalog::find(const std::string &id) const {
    auto found = api_.find(id);
    if (!found)
        return std::nullopt;
    return remember(*std::move(found)).image;
}

Disk GlanceCatalog::disk(const Image &image) const {
    return store_.disk(image);
}

PublishWay GlanceCatalog::publish_way(const Image &source) const {
    return choose_publish_way(api_, store_, known(source.id));
}

std::vector<std::string> GlanceCatalog::notes_on(const Image &source) const {
    if (promise_of(source) || store_.reason_to_download(source).empty())
        return {};
    return {fmt::format("the bytes downloaded of image {} cannot be compared: {}",
                        escape(source.id), why_not_comparable(source))};
}

std::vector<std::string> GlanceCatalog::members(const std::string &id) const {
    std::vector<std::string> projects;
    for (const ImageMember &member : api_.members(id))
        projects.push_back(member.project);
    return projects;
}

std::unique_ptr<NameLock> GlanceCatalog::lock(const std::string &name, const std::string &run) {
    std::unique_ptr<NameLock> lock;
    if (store_.has_rbd())
        lock = std::make_unique<RadosLock>(rbd_, pool_, name, run);
    else
        lock = std::make_unique<FileNameLock>(state_directory(), name, run,
                                              host_name() + ':' + state_directory().string());
    if (!is_as_listed(name)) {
        listed_ = false;
        records_.clear();
    }
    return lock;
}

/// Whoever held the lock before us and published, or converged a published image, has left the
/// visible record of that name that was changed last.
bool GlanceCatalog::is_as_listed(const std::string &name) const {
    if (!listed_)
        return false;
    const GlanceImage *newest = nullptr;
    for (const GlanceImage &record : records_)
        if (record.image.name == name && !record.image.hidden &&
            (newest == nullptr || record.image.updated_at >= newest->image.updated_at))
            newest = &record;
    const std::optional<GlanceImage> latest = api_.latest(name);
    if (newest == nullptr || !latest)
        return newest == nullptr && !latest;
    return latest->image.id == newest->image.id &&
           latest->image.updated_at == newest->image.updated_at;
}

void GlanceCatalog::reserve(const Image &draft, const std::string &visibility,
                            const PublishWay &way) {
    const bool elsewhere = draft.owner != session_.project_id() && session_.has_role("admin");
    const std::string owner = elsewhere ? draft.owner : std::string();
    static_cast<void>(remember(settled(
        api_, draft.id, [&] { return create_record(api_, draft, owner); },
        [](const Image &) { return true; })));
    check_rights(api_, draft, visibility, way);
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
    api_.upload(record.id, sent, progress);
    const Image made = require_complete(record);
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
    const Stopwatch stopwatch;
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
        pause_for(k_poll);
    }
}

const GlanceImage &GlanceCatalog::remember(GlanceImage record) const {
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

void GlanceCatalog::change(const Image &before, const ImageChange &wanted) {
    const ImagePatch patch = patch_for(before, wanted);
    if (!patch.empty()) {
        ImageChange fields = wanted;
        fields.status.reset();
        const auto done = [&](const Image &record) { return is_as_wanted(record, fields); };
        const GlanceImage &made = remember(settled(
            api_, wanted.id, [&] { return api_.patch(wanted.id, patch); }, done));
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
        for (const std::string &project : *wanted.members)
            api_.add_member(wanted.id, project);
}

void GlanceCatalog::apply(const ImageChange &wanted) {
    if (!wanted.empty())
        change(known(wanted.id).image, wanted);
}

void GlanceCatalog::remove(const std::string &id) {
    const auto record = find(id);
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
        throw system_error("create", state_directory_, failed.value());
    fs::permissions(state_directory_, fs::perms::owner_all, failed);
    return state_directory_;
}

} // namespace retouch
