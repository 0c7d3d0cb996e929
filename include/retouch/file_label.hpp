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

/// An entry with the label it has; empty: none.
struct LabelledEntry {
    std::string path;
    char type = '-'; ///< as above
    std::string label;

    bool operator==(const LabelledEntry &) const = default;
};

struct PathLabel {
    std::string path;
    std::string label;       ///< "system_u:object_r:etc_t:s0"
    std::string former = {}; ///< the one it has and is to lose; empty: none

    bool operator==(const PathLabel &) const = default;
};

struct FailedLabel {
    std::string path;
    int code = 0; ///< errno

    bool operator==(const FailedLabel &) const = default;
};

} // namespace retouch
