#pragma once
// librbd: the images of a pool. Loaded with the first of these calls, see
// base/late_library.hpp; sources include this and not its header.

#include "base/late_library.hpp"

#include <rbd/librbd.h>

namespace retouch::store {

inline constinit const base::LateLibrary librbd("librbd.so.1", "librbd1");

RETOUCH_LATE_FUNCTION(librbd, rbd_aio_create_completion);
RETOUCH_LATE_FUNCTION(librbd, rbd_aio_flush);
RETOUCH_LATE_FUNCTION(librbd, rbd_aio_release);
RETOUCH_LATE_FUNCTION(librbd, rbd_aio_wait_for_complete);
RETOUCH_LATE_FUNCTION(librbd, rbd_clone3);
RETOUCH_LATE_FUNCTION(librbd, rbd_close);
RETOUCH_LATE_FUNCTION(librbd, rbd_create2);
RETOUCH_LATE_FUNCTION(librbd, rbd_diff_iterate2);
RETOUCH_LATE_FUNCTION(librbd, rbd_flatten_with_progress);
RETOUCH_LATE_FUNCTION(librbd, rbd_get_create_timestamp);
RETOUCH_LATE_FUNCTION(librbd, rbd_get_data_pool_id);
RETOUCH_LATE_FUNCTION(librbd, rbd_get_features);
RETOUCH_LATE_FUNCTION(librbd, rbd_get_flags);
RETOUCH_LATE_FUNCTION(librbd, rbd_get_id);
RETOUCH_LATE_FUNCTION(librbd, rbd_get_parent);
RETOUCH_LATE_FUNCTION(librbd, rbd_get_size);
RETOUCH_LATE_FUNCTION(librbd, rbd_image_options_create);
RETOUCH_LATE_FUNCTION(librbd, rbd_image_options_destroy);
RETOUCH_LATE_FUNCTION(librbd, rbd_image_options_set_string);
RETOUCH_LATE_FUNCTION(librbd, rbd_image_options_set_uint64);
RETOUCH_LATE_FUNCTION(librbd, rbd_image_spec_list_cleanup);
RETOUCH_LATE_FUNCTION(librbd, rbd_linked_image_spec_cleanup);
RETOUCH_LATE_FUNCTION(librbd, rbd_linked_image_spec_list_cleanup);
RETOUCH_LATE_FUNCTION(librbd, rbd_list2);
RETOUCH_LATE_FUNCTION(librbd, rbd_list_children3);
RETOUCH_LATE_FUNCTION(librbd, rbd_metadata_get);
RETOUCH_LATE_FUNCTION(librbd, rbd_metadata_remove);
RETOUCH_LATE_FUNCTION(librbd, rbd_metadata_set);
RETOUCH_LATE_FUNCTION(librbd, rbd_open);
RETOUCH_LATE_FUNCTION(librbd, rbd_open_by_id_read_only);
RETOUCH_LATE_FUNCTION(librbd, rbd_open_read_only);
RETOUCH_LATE_FUNCTION(librbd, rbd_read);
RETOUCH_LATE_FUNCTION(librbd, rbd_rebuild_object_map);
RETOUCH_LATE_FUNCTION(librbd, rbd_remove);
RETOUCH_LATE_FUNCTION(librbd, rbd_rename);
RETOUCH_LATE_FUNCTION(librbd, rbd_resize2);
RETOUCH_LATE_FUNCTION(librbd, rbd_snap_create2);
RETOUCH_LATE_FUNCTION(librbd, rbd_snap_get_id);
RETOUCH_LATE_FUNCTION(librbd, rbd_snap_get_namespace_type);
RETOUCH_LATE_FUNCTION(librbd, rbd_snap_is_protected);
RETOUCH_LATE_FUNCTION(librbd, rbd_snap_list);
RETOUCH_LATE_FUNCTION(librbd, rbd_snap_list_end);
RETOUCH_LATE_FUNCTION(librbd, rbd_snap_protect);
RETOUCH_LATE_FUNCTION(librbd, rbd_snap_remove);
RETOUCH_LATE_FUNCTION(librbd, rbd_snap_rename);
RETOUCH_LATE_FUNCTION(librbd, rbd_snap_set);
RETOUCH_LATE_FUNCTION(librbd, rbd_snap_set_by_id);
RETOUCH_LATE_FUNCTION(librbd, rbd_snap_spec_cleanup);
RETOUCH_LATE_FUNCTION(librbd, rbd_snap_unprotect);
RETOUCH_LATE_FUNCTION(librbd, rbd_stat);
RETOUCH_LATE_FUNCTION(librbd, rbd_trash_list);
RETOUCH_LATE_FUNCTION(librbd, rbd_trash_list_cleanup);
RETOUCH_LATE_FUNCTION(librbd, rbd_trash_remove);
RETOUCH_LATE_FUNCTION(librbd, rbd_update_features);
RETOUCH_LATE_FUNCTION(librbd, rbd_watchers_list);
RETOUCH_LATE_FUNCTION(librbd, rbd_watchers_list_cleanup);

} // namespace retouch::store
