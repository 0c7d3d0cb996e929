#pragma once
// Initramfs: whether an image's initramfs-tools put into it only what this machine needs
// (MODULES=dep), which is the one that makes the image and not one that boots it, and how that is
// overruled while a command runs. Source: initramfs.conf(5).

#include "retouch/guest.hpp"

#include <string_view>

namespace retouch::guest {

/// Read after initramfs.conf and by its name after others.
inline constexpr const char *k_initramfs_path = "/etc/initramfs-tools/conf.d/zz-retouch";
inline constexpr std::string_view k_initramfs_settings = "MODULES=most\n";

/// Throws Error.
[[nodiscard]] bool initramfs_is_for_one_machine(const GuestView &guest);

} // namespace retouch::guest
