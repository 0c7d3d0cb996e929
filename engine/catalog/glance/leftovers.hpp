#pragma once
// Leftovers: what runs and doctors that died have left on a cloud, in records and in Ceph, found by
// looking, when nothing that told of it is left. Nothing is removed here; each is named together
// with what removes it.

#include "catalog/glance/image_api.hpp"
#include "model/checks.hpp"
#include "store/rbd/rbd_store.hpp"

#include <string>
#include <vector>

namespace retouch::catalog {

/// The name of the record by which a doctor tries its rights.
inline constexpr const char *k_doctors_record = "retouch doctor";

struct WhereToLook {
    const ImageApi &api;
    std::string pool;     ///< where runs lock
    store::RbdStore *rbd; ///< null: Ceph is not in order, or not there
};

/// Adds one finding for each that nobody can be at work on, after one that tells whether there are
/// any. `images` are the records of our project, and public ones. Of bytes without a record, only
/// an administrator can know that there is none. Throws only Error: interrupted.
void check_leftovers(const WhereToLook &where, const std::vector<GlanceImage> &images,
                     model::Checks &checks);

} // namespace retouch::catalog
