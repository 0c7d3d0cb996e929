#pragma once
// librados: a cluster, its pools and their objects. Loaded with the first of these calls, see
// base/late_library.hpp; sources include this and not its header.

#include "base/late_library.hpp"

#include <rados/librados.h>

namespace retouch::store {

inline constinit const base::LateLibrary librados("librados.so.2", "librados2");

RETOUCH_LATE_FUNCTION(librados, rados_aio_cancel);
RETOUCH_LATE_FUNCTION(librados, rados_aio_create_completion2);
RETOUCH_LATE_FUNCTION(librados, rados_aio_flush_async);
RETOUCH_LATE_FUNCTION(librados, rados_aio_get_return_value);
RETOUCH_LATE_FUNCTION(librados, rados_aio_is_complete);
RETOUCH_LATE_FUNCTION(librados, rados_aio_release);
RETOUCH_LATE_FUNCTION(librados, rados_aio_stat);
RETOUCH_LATE_FUNCTION(librados, rados_aio_wait_for_complete);
RETOUCH_LATE_FUNCTION(librados, rados_aio_wait_for_complete_and_cb);
RETOUCH_LATE_FUNCTION(librados, rados_break_lock);
RETOUCH_LATE_FUNCTION(librados, rados_buffer_free);
RETOUCH_LATE_FUNCTION(librados, rados_cluster_fsid);
RETOUCH_LATE_FUNCTION(librados, rados_conf_get);
RETOUCH_LATE_FUNCTION(librados, rados_conf_read_file);
RETOUCH_LATE_FUNCTION(librados, rados_conf_set);
RETOUCH_LATE_FUNCTION(librados, rados_connect);
RETOUCH_LATE_FUNCTION(librados, rados_create2);
RETOUCH_LATE_FUNCTION(librados, rados_get_min_compatible_client);
RETOUCH_LATE_FUNCTION(librados, rados_ioctx_create);
RETOUCH_LATE_FUNCTION(librados, rados_ioctx_destroy);
RETOUCH_LATE_FUNCTION(librados, rados_ioctx_get_id);
RETOUCH_LATE_FUNCTION(librados, rados_ioctx_set_namespace);
RETOUCH_LATE_FUNCTION(librados, rados_list_lockers);
RETOUCH_LATE_FUNCTION(librados, rados_lock_exclusive);
RETOUCH_LATE_FUNCTION(librados, rados_mon_command);
RETOUCH_LATE_FUNCTION(librados, rados_nobjects_list_close);
RETOUCH_LATE_FUNCTION(librados, rados_nobjects_list_next);
RETOUCH_LATE_FUNCTION(librados, rados_nobjects_list_open);
RETOUCH_LATE_FUNCTION(librados, rados_pool_reverse_lookup);
RETOUCH_LATE_FUNCTION(librados, rados_read);
RETOUCH_LATE_FUNCTION(librados, rados_remove);
RETOUCH_LATE_FUNCTION(librados, rados_set_pool_full_try);
RETOUCH_LATE_FUNCTION(librados, rados_shutdown);
RETOUCH_LATE_FUNCTION(librados, rados_stat);
RETOUCH_LATE_FUNCTION(librados, rados_unlock);
RETOUCH_LATE_FUNCTION(librados, rados_unset_pool_full_try);
RETOUCH_LATE_FUNCTION(librados, rados_write_full);

} // namespace retouch::store
