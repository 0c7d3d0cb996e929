// Names are listed before images are, so that an image that is just being made is in the list.

#include "store/rbd/own_objects.hpp"

#include "base/clock.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "store/rbd/announcement.hpp"
#include "store/rbd/librados.hpp"
#include "store/rbd/marks.hpp"
#include "store/rbd/pool_images.hpp"
#include "store/rbd/rados_lock.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>

namespace retouch::store {

namespace {

constexpr double k_longest_look_seconds = 30;
constexpr std::string_view k_image_id = "rbd_id.";

struct ListedNames {
    std::vector<std::string> found;
    bool all = true;
};

bool may_be_ours(std::string_view object) {
    return object.starts_with("retouch.") ||
           object.starts_with(std::string(k_image_id) + rbd_marks::stage_name(""));
}

ListedNames names_in(const Pool &pool) {
    const auto failed = [&](int code) {
        return ceph_error(
            fmt::format("list the objects of the Ceph pool '{}'", base::escape(pool.name())), code);
    };
    rados_list_ctx_t opened = nullptr;
    if (const int code = rados_nobjects_list_open(pool.get(), &opened); code != 0)
        throw failed(code);
    const std::unique_ptr<void, decltype(&::rados_nobjects_list_close)> list(
        opened, rados_nobjects_list_close);
    const base::Stopwatch stopwatch;
    ListedNames names;
    for (;;) {
        const char *object = nullptr;
        const int code = rados_nobjects_list_next(list.get(), &object, nullptr, nullptr);
        if (code == -ENOENT)
            return names;
        if (code != 0)
            throw failed(code);
        if (may_be_ours(object))
            names.found.emplace_back(object);
        base::check_interrupt();
        if (stopwatch.seconds() > k_longest_look_seconds) {
            names.all = false;
            return names;
        }
    }
}

/// nullopt when it is gone.
std::optional<FoundObject> look_at_object(const Pool &pool, const std::string &object,
                                          const std::string &id) {
    std::uint64_t size = 0;
    time_t written = 0;
    const int code = rados_stat(pool.get(), object.c_str(), &size, &written);
    if (code == -ENOENT)
        return std::nullopt;
    if (code != 0)
        throw ceph_error(fmt::format("look at the object {}/{}", base::escape(pool.name()), object),
                         code);
    FoundObject found{
        base::escape(pool.name()),
        object,
        {.id = id, .name = object, .created = fmt::format("{:%FT%TZ}", fmt::gmtime(written))}};
    if (const auto announcer = id.empty() ? std::nullopt : find_announcement(pool, id)) {
        found.of.host = announcer->host;
        found.of.space = announcer->space;
        found.of.pid = announcer->pid;
    }
    return found;
}

void add_found(std::vector<FoundObject> &list, std::optional<FoundObject> found) {
    if (found)
        list.push_back(*std::move(found));
}

/// The id behind `prefix`; empty when `object` is called otherwise.
std::string id_behind(const std::string &prefix, const std::string &object) {
    std::string id = object.starts_with(prefix) ? object.substr(prefix.size()) : std::string();
    return base::is_uuid(id) ? id : std::string();
}

std::string name_object(const std::string &image) {
    return std::string(k_image_id) + image;
}

} // namespace

OwnObjects list_own_objects(const Pool &pool) {
    OwnObjects own;
    ListedNames names = names_in(pool);
    own.all = names.all;
    std::ranges::sort(names.found);
    const std::vector<std::string> images = image_names(pool);
    for (const std::string &object : names.found) {
        if (const std::string id = id_behind(announcement_of(""), object); !id.empty()) {
            add_found(own.announcements, look_at_object(pool, object, id));
        } else if (const std::string half =
                       id_behind(name_object(rbd_marks::stage_name("")), object);
                   !half.empty()) {
            if (std::ranges::find(images, rbd_marks::stage_name(half)) == images.end())
                add_found(own.names, look_at_object(pool, object, half));
        } else if (is_free_lock(pool, object)) {
            add_found(own.locks, look_at_object(pool, object, ""));
        }
    }
    return own;
}

std::vector<FoundObject> own_objects_of(const Pool &pool, const std::string &id) {
    std::vector<FoundObject> found;
    const std::string stage = rbd_marks::stage_name(id);
    add_found(found, look_at_object(pool, announcement_of(id), id));
    const std::vector<std::string> images = image_names(pool);
    if (std::ranges::find(images, stage) == images.end())
        add_found(found, look_at_object(pool, name_object(stage), id));
    return found;
}

} // namespace retouch::store
