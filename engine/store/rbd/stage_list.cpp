#include "store/rbd/stage_list.hpp"

#include "base/clock.hpp"
#include "base/process_space.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "store/rbd/announcement.hpp"
#include "store/rbd/image_handle.hpp"
#include "store/rbd/librados.hpp"
#include "store/rbd/librbd.hpp"
#include "store/rbd/marked_images.hpp"
#include "store/rbd/marks.hpp"
#include "store/rbd/pool_images.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace retouch::store {

namespace {

/// Who makes a stage that has no mark yet.
void add_announcer(const Pool &pool, FoundStage &stage) {
    const auto announcer = stage.id.empty() ? std::nullopt : find_announcement(pool, stage.id);
    if (!announcer)
        return;
    stage.host = announcer->host;
    stage.space = announcer->space;
    stage.pid = announcer->pid;
}

/// When its making began, of an image whose run died before there was a header to open: librbd
/// makes the object that holds the id, enters the name in the pool's list, and then makes the
/// header.
std::optional<FoundStage> look_at_half_made(const Pool &pool, const std::string &name,
                                            const std::string &id) {
    std::uint64_t size = 0;
    time_t made = 0;
    if (rados_stat(pool.get(), ("rbd_id." + name).c_str(), &size, &made) != 0)
        return std::nullopt;
    FoundStage stage{.id = id,
                     .name = base::escape(pool.name()) + '/' + base::escape(name),
                     .created = fmt::format("{:%FT%TZ}", fmt::gmtime(made)),
                     .half_made = true};
    add_announcer(pool, stage);
    return stage;
}

/// nullopt when it is gone meanwhile.
std::optional<FoundStage> look_at(const Pool &pool, const std::string &name,
                                  const std::string &id) {
    const auto image = ImageHandle::find(pool, name, ImageHandle::Access::read);
    if (!image)
        return look_at_half_made(pool, name, id);
    timespec made{};
    if (rbd_get_create_timestamp(image->get(), &made) != 0)
        return std::nullopt;
    FoundStage stage{.id = id,
                     .name = image->name(),
                     .created = fmt::format("{:%FT%TZ}", fmt::gmtime(made.tv_sec))};
    // Other marks than its own it has from its parent.
    if (id.empty() || bears_mark(*image, id)) {
        stage.space = image->metadata(rbd_marks::k_space).value_or("");
        stage.host = image->metadata(rbd_marks::k_host).value_or("");
        stage.pid = image->metadata(rbd_marks::k_pid).value_or("");
        stage.until = image->metadata(rbd_marks::k_kept).value_or("");
    } else {
        add_announcer(pool, stage);
    }
    return stage;
}

/// By a run, and nothing needs it any more.
bool was_published(const Pool &pool, const TrashedImage &trashed) {
    if (!base::is_uuid(trashed.name))
        return false;
    const auto image = ImageHandle::find_trashed(pool, trashed.id);
    return image && bears_mark(*image, trashed.name) && !image->has_any_snapshot();
}

} // namespace

std::vector<FoundStage> list_stages(const Pool &pool) {
    const std::string prefix = rbd_marks::stage_name("");
    std::vector<FoundStage> stages;
    for (const std::string &name : image_names(pool)) {
        if (!name.starts_with(prefix) || !base::is_uuid(name.substr(prefix.size())))
            continue;
        if (auto stage = look_at(pool, name, name.substr(prefix.size())))
            stages.push_back(*std::move(stage));
    }
    return stages;
}

std::vector<FoundStage> list_probes(const Pool &pool) {
    const std::string prefix = rbd_marks::probe_name("");
    std::vector<std::string> names = image_names(pool);
    std::erase_if(names, [&](const std::string &name) { return !name.starts_with(prefix); });
    std::ranges::sort(names, std::greater<>());
    std::vector<FoundStage> probes;
    for (const std::string &name : names)
        if (auto probe = look_at(pool, name, ""))
            probes.push_back(*std::move(probe));
    return probes;
}

std::vector<FoundStage> list_trashed(const Pool &pool) {
    std::vector<FoundStage> trashed;
    for (const TrashedImage &image : trashed_images(pool))
        if (image.name.starts_with(rbd_marks::stage_name("")) ||
            image.name.starts_with(rbd_marks::probe_name("")) || was_published(pool, image))
            trashed.push_back({.id = image.id,
                               .name = base::escape(pool.name()) + '/' + base::escape(image.name),
                               .created = image.removed});
    return trashed;
}

std::vector<FoundStage> list_published(const Pool &pool, const std::set<std::string> &known) {
    std::vector<FoundStage> published;
    for (const std::string &name : image_names(pool)) {
        if (!base::is_uuid(name) || known.contains(name))
            continue;
        const auto image = ImageHandle::find(pool, name, ImageHandle::Access::read);
        if (!image || !bears_mark(*image, name))
            continue;
        if (auto found = look_at(pool, name, name))
            published.push_back(*std::move(found));
    }
    return published;
}

bool is_abandoned(const FoundStage &stage, std::chrono::minutes longest) {
    if (!stage.until.empty())
        return stage.until < base::utc_in(-longest);
    return stage.created < base::utc_in(-longest) ||
           base::was_here_and_died(stage.space, stage.pid);
}

} // namespace retouch::store
