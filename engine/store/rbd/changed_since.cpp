#include "store/rbd/changed_since.hpp"

#include "base/interrupt.hpp"
#include "store/rbd/librbd.hpp"

#include <fmt/format.h>

#include <cerrno>

namespace retouch::store {

namespace {

extern "C" int note_any(std::uint64_t, std::size_t, int, void *data) {
    *static_cast<bool *>(data) = true;
    return base::interrupt_due() ? -ECANCELED : 0;
}

} // namespace

bool changed_since(const ImageHandle &image, const std::string &snapshot, std::uint64_t size_then) {
    if (image.size() != size_then)
        return true;
    bool any = false;
    const int code =
        rbd_diff_iterate2(image.get(), snapshot.c_str(), 0, size_then, 0, 1, note_any, &any);
    if (code < 0)
        throw ceph_error(fmt::format("compare the RBD image {} with its snapshot", image.name()),
                         code);
    return any;
}

} // namespace retouch::store
