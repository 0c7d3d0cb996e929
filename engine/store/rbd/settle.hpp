#pragma once

// settle: waits until librbd has let go of an image it has just opened. Not a flush, though it uses
// two of them; needed only because of how librbd ends an opening.

namespace retouch::store {

/// With librbd 16.2.15 the thread that tells us an image is open touches the image's state once
/// more afterwards; closed before it does, that state is freed memory (seen as a hang of a later
/// open, or as an abort). A handle must be settled before it is closed.
///
/// It makes both of the client's threads (Cluster sets their number) meet: when they have, neither
/// is still busy with the opening. Needs no answer of the cluster. `pool` is the rados_ioctx_t the
/// image was opened through, `image` the rbd_image_t. Gives up after a second. Any thread.
void settle(void *pool, void *image) noexcept;

} // namespace retouch::store
