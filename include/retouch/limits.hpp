#pragma once
// Limits: what a recipe allows its steps to do to the image. Checked against what they really did.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace retouch {

/// Absent: no limit.
struct Limits {
    /// Globs of absolute guest paths; ** stands for any number of directories. Nothing else may be
    /// added, changed or removed, but for volatile paths.
    std::optional<std::vector<std::string>> may_change;
    std::optional<std::vector<std::string>> packages; ///< globs of names that may change
    std::optional<std::int64_t> bytes_written;        ///< bytes, over all steps
    bool no_new_setuid = false;
    bool no_network = false;

    bool operator==(const Limits &) const = default;

    /// True when checking them needs to know what the steps did.
    [[nodiscard]] bool need_effect() const {
        return may_change || packages || bytes_written || no_new_setuid;
    }
};

/// The members of Limits.
enum class LimitKind { may_change, packages, bytes_written, no_new_setuid, no_network };

/// One thing a limit forbids.
struct Violation {
    LimitKind limit = LimitKind::may_change;
    std::string step; ///< its id; empty when no single step is to blame
    std::string what; ///< a path, a package, a sum; not escaped

    bool operator==(const Violation &) const = default;
};

} // namespace retouch
