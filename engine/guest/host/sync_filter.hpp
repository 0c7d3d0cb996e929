#pragma once
// SyncFilter: a seccomp program that makes sync(2) succeed without doing anything. A guest's
// command must not flush every filesystem of the host: that takes as long as the host is busy, and
// waits on disks of other runs. fsync and syncfs stay as they are, and finish() flushes the guest.

#include <string>

namespace retouch {

/// The program's bytes, as bwrap's --seccomp reads them.
[[nodiscard]] std::string sync_filter();

} // namespace retouch
