#pragma once
// Marked images: what tells ours from everything else in a pool, and how ours are removed. A stage
// is announced before it is made, so that one whose maker died before it could be marked is known.

#include "store/rbd/cluster.hpp"
#include "store/rbd/image_handle.hpp"

#include <string>

namespace retouch::store {

/// Says on the image which process of which host works on it. Throws Error.
void mark_as_made_here(ImageHandle &image);

/// True when the image bears the mark of `id`. Requires: it is called `id` or stage_name(id).
[[nodiscard]] bool bears_mark(const ImageHandle &image, const std::string &id);

/// Removes stage_name(id) when it bears the mark of `id` and is a kept stage. No error when it is
/// absent or anything else. Throws Error as remove_marked_images() does.
void remove_kept_stage(const Pool &pool, const std::string &id);

/// Removes the published image and the stage of `id` with their snapshots, also from the trash. No
/// error when there is neither, or when what is there is not ours. Throws Error: refused, with
/// everything in place, when one has clones; temporary when it is open somewhere.
void remove_marked_images(const Pool &pool, const std::string &id);

} // namespace retouch::store
