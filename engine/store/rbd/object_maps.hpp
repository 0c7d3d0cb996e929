#pragma once
// Object maps of an image: what Ceph notes of which objects are there. They are put aside while an
// image copies what it shares with its parent, and made again afterwards. Copying is flatten.cpp's.
//
// Why: an object is noted in the map before it is written. Who dies in between leaves a map that
// says "there", and the next flatten passes over what the map says is there, so that zeros stay
// (Ceph tracker 68998; fixed in 18.2.5 and 19.2.1, not in 16 and 17). Without maps every object is
// looked at.

#include "store/rbd/image_handle.hpp"

namespace retouch::store {

/// Puts the maps aside and notes that they are to be made again; nothing when there are none.
/// Requires: opened for writing, no snapshot. Throws Error.
void put_object_maps_aside(ImageHandle &image);

/// True when maps were put aside and have not been made again.
[[nodiscard]] bool object_maps_are_aside(const ImageHandle &image);

/// Makes those of the image and of each of its snapshots; nothing when they were not put aside.
/// Whatever it is stopped by, it can be repeated; until then Ceph does without them. Requires: as
/// above, and no parent. Throws Error: interrupted when `progress` returns false or a signal
/// arrives.
void make_object_maps_again(ImageHandle &image, const WorkProgress &progress);

} // namespace retouch::store
