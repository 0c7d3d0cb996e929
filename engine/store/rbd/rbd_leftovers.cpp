// What dead runs and doctors left in the pools a store knows of. Found by looking; whether a record
// names any of it is the catalog's to know.

#include "store/rbd/announcement.hpp"
#include "store/rbd/image_handle.hpp"
#include "store/rbd/marked_images.hpp"
#include "store/rbd/marks.hpp"
#include "store/rbd/rbd_store.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

namespace retouch::store {

namespace {

bool is_old(const FoundObject &found) {
    return is_abandoned(found.of, rbd_marks::k_stage_time);
}

} // namespace

void RbdStore::look_around(const std::function<void(const Pool &)> &look) const {
    for (const Pool &pool : pools_of_stages()) {
        try {
            look(pool);
        } catch (const Error &error) {
            // Of other pools we may have heard without having a right to them.
            if (error.kind() != ErrorKind::not_authorised || pool.name() == pool_)
                throw;
        }
    }
}

std::vector<FoundStage>
RbdStore::found_with(const std::function<std::vector<FoundStage>(const Pool &)> &list) const {
    std::vector<FoundStage> found;
    look_around(
        [&](const Pool &pool) { std::ranges::move(list(pool), std::back_inserter(found)); });
    return found;
}

std::vector<FoundStage> RbdStore::abandoned_stages() const {
    std::vector<FoundStage> found = found_with(list_stages);
    std::erase_if(found, [](const FoundStage &stage) {
        return !is_abandoned(stage, rbd_marks::k_stage_time);
    });
    return found;
}

std::vector<FoundStage> RbdStore::abandoned_probes() const {
    std::vector<FoundStage> found = found_with(list_probes);
    std::erase_if(found, [](const FoundStage &probe) {
        return !is_abandoned(probe, rbd_marks::k_probe_time);
    });
    return found;
}

std::vector<FoundStage> RbdStore::trashed_stages() const {
    return found_with(list_trashed);
}

std::vector<FoundStage> RbdStore::published_besides(const std::set<std::string> &known) const {
    return found_with([&known](const Pool &pool) { return list_published(pool, known); });
}

std::vector<std::string> RbdStore::names_of_bytes(const std::string &id) const {
    std::vector<std::string> names;
    for (const Pool &pool : pools_of_stages())
        for (const std::string &name : {id, rbd_marks::stage_name(id)}) {
            const auto image = ImageHandle::find(pool, name, ImageHandle::Access::read);
            const bool is_announced = name != id && find_announcement(pool, id);
            if (image && (is_announced || bears_mark(*image, id)))
                names.push_back(image->name());
        }
    return names;
}

OwnObjects RbdStore::abandoned_objects() const {
    OwnObjects found;
    look_around([&](const Pool &pool) {
        OwnObjects own = list_own_objects(pool);
        for (auto *const list : {&own.announcements, &own.names})
            std::erase_if(*list, [](const FoundObject &one) { return !is_old(one); });
        std::ranges::move(own.announcements, std::back_inserter(found.announcements));
        std::ranges::move(own.names, std::back_inserter(found.names));
        std::ranges::move(own.locks, std::back_inserter(found.locks));
        found.all = found.all && own.all;
    });
    return found;
}

std::vector<FoundObject> RbdStore::objects_of(const std::string &id) const {
    std::vector<FoundObject> found;
    for (const Pool &pool : pools_of_stages())
        std::ranges::move(own_objects_of(pool, id), std::back_inserter(found));
    return found;
}

} // namespace retouch::store
