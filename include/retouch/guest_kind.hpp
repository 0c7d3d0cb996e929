#pragma once

// GuestKind: the way into an image's bytes. docs/security.md compares them.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

namespace retouch {

enum class GuestKind {
    appliance, ///< a virtual machine; the host's kernel never sees the image's filesystems
    host,      ///< mounted on this host, for images that are trusted
};

/// Which virtual machine an appliance is.
enum class ApplianceKind {
    best,       ///< ours where the disk is plain, else libguestfs'
    machine,    ///< ours or none
    libguestfs, ///< libguestfs'
};

} // namespace retouch
