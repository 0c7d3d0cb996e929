#pragma once
// Calls of librbd that take long and tell how far they are. librbd calls back from threads of its
// own, so they run in a thread beside the caller, who tells the progress and hears of
// interruptions.

#include "retouch/store.hpp"
#include "store/rbd/librbd.hpp"

#include <cstdint>

namespace retouch::store {

using LongCall = int (*)(rbd_image_t, librbd_progress_fn_t, void *);

/// Runs `call` on an open image to its end and returns its code: -ECANCELED when `progress`
/// returned false or a signal arrived. `progress` is called from the calling thread, with objects
/// as `object_size` bytes each; what it is told last is the whole.
[[nodiscard]] int run_long_call(LongCall call, rbd_image_t image, std::uint64_t object_size,
                                const WorkProgress &progress);

} // namespace retouch::store
