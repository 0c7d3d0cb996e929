#pragma once
// libguestfs: machines that open the disks of guests. Loaded with the first of these calls, see
// base/late_library.hpp; sources include this and not its header.

#include "base/late_library.hpp"

#include <guestfs.h>

namespace retouch::guest {

inline constinit const base::LateLibrary libguestfs("libguestfs.so.0", "libguestfs0");

RETOUCH_LATE_FUNCTION(libguestfs, guestfs_add_drive_opts_argv);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_blkid);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_blockdev_getsize64);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_btrfs_filesystem_resize);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_btrfs_subvolume_get_default);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_btrfs_subvolume_list);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_btrfs_subvolume_show);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_case_sensitive_path);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_checksum);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_chmod);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_close);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_config);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_copy_attributes);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_create);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_debug);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_debug_upload);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_e2fsck);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_exists);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_feature_available);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_free_btrfssubvolume_list);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_free_statns);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_free_statns_list);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_free_statvfs);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_free_version);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_free_xattr_list);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_fstrim_argv);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_get_hv);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_get_memsize);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_get_path);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_get_pid);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_inspect_get_arch);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_inspect_get_major_version);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_inspect_get_minor_version);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_inspect_get_mountpoints);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_inspect_get_product_name);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_inspect_get_type);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_inspect_os);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_is_ready);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_last_errno);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_last_error);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_launch);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_lchown);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_lgetxattr);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_lgetxattrs);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_list_devices);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_list_md_devices);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_list_partitions);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_ln_s);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_lremovexattr);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_ls);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_lsetxattr);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_lstatns);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_lstatnslist);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_lvresize_free);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_lvs);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_md_detail);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_md_stop);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_mkdir_mode);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_mount_ro);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_mount_vfs);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_part_expand_gpt);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_part_resize);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_pread);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_pread_device);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_pvresize);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_readlink);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_rename);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_resize2fs);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_rm_f);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_rm_rf);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_set_autosync);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_set_backend);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_set_backend_setting);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_set_error_handler);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_set_event_callback);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_set_hv);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_set_memsize);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_set_network);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_set_pgroup);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_set_recovery_proc);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_set_smp);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_set_tmpdir);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_shutdown);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_statns);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_statvfs);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_umount);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_umount_all);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_upload);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_version);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_vfs_type);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_vg_activate_all);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_write);
RETOUCH_LATE_FUNCTION(libguestfs, guestfs_xfs_growfs);

} // namespace retouch::guest
