#pragma once
// SELinux labels of paths in a guest, as data: what lacks one, what it shall be, and why that did
// not work. Paths come from the image and are untrusted.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include <string>

namespace retouch {

/// An entry without a label, on a filesystem that could hold one.
struct UnlabelledEntry {
    std::string path; ///< absolute, of any length and bytes
    char type = '-';  ///< as `ls -l` shows it: one of "-dlcbps"

    bool operator==(const UnlabelledEntry &) const = default;
};

struct PathLabel {
    std::string path;
    std::string label; ///< "system_u:object_r:etc_t:s0"

    bool operator==(const PathLabel &) const = default;
};

struct FailedLabel {
    std::string path;
    int code = 0; ///< errno

    bool operator==(const FailedLabel &) const = default;
};

} // namespace retouch
