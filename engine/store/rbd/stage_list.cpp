#include "store/rbd/stage_list.hpp"

#include "base/clock.hpp"
#include "base/host_name.hpp"
#include "base/process_handle.hpp"
#include "base/uuid.hpp"
#include "store/rbd/image_handle.hpp"
#include "store/rbd/marked_images.hpp"
#include "store/rbd/marks.hpp"
#include "store/rbd/pool_images.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <rbd/librbd.h>

#include <charconv>
#include <optional>

namespace retouch {

namespace {

constexpr std::chrono::hours k_day{24};

/// nullopt when it is gone meanwhile.
std::optional<FoundStage> look_at(const Pool &pool, const std::string &name,
                                  const std::string &id) {
    const auto image = ImageHandle::find(pool, name, ImageHandle::Access::read);
    timespec made{};
    if (!image || rbd_get_create_timestamp(image->get(), &made) != 0)
        return std::nullopt;
    FoundStage stage{.id = id,
                     .name = image->name(),
                     .created = fmt::format("{:%FT%TZ}", fmt::gmtime(made.tv_sec))};
    // Other marks than its own it has from its parent.
    if (bears_mark(*image, id)) {
        stage.host = image->metadata(rbd_marks::k_host).value_or("");
        stage.pid = image->metadata(rbd_marks::k_pid).value_or("");
        stage.until = image->metadata(rbd_marks::k_kept).value_or("");
    }
    return stage;
}

bool is_dead(const std::string &process) {
    pid_t pid = 0;
    const char *end = process.data() + process.size();
    const auto [stop, failed] = std::from_chars(process.data(), end, pid);
    return failed == std::errc{} && stop == end && pid > 1 && !process_exists(ProcessId(pid));
}

} // namespace

std::vector<FoundStage> list_stages(const Pool &pool) {
    const std::string prefix = rbd_marks::stage_name("");
    std::vector<FoundStage> stages;
    for (const std::string &name : image_names(pool)) {
        if (!name.starts_with(prefix) || !is_uuid(name.substr(prefix.size())))
            continue;
        if (auto stage = look_at(pool, name, name.substr(prefix.size())))
            stages.push_back(*std::move(stage));
    }
    return stages;
}

bool is_abandoned(const FoundStage &stage) {
    const std::string yesterday = utc_in(-k_day);
    if (!stage.until.empty())
        return stage.until < yesterday;
    return stage.created < yesterday || (stage.host == host_name() && is_dead(stage.pid));
}

} // namespace retouch
