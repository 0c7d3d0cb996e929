#pragma once
// NameLock: the right to publish under a name, held as long as the object lives. A catalog hands it
// out; who keeps it (a lock file, an object in a Ceph pool) decides how it is kept.
// Thread-safety: a lock is used by one thread at a time; what keeps it alive is its own business.

#include <string>

namespace retouch {

/// What may have happened under a name since its lock was taken, or was last asked after.
enum class Held {
    throughout, ///< nobody else had it
    taken_anew, ///< it had lapsed, for a while somebody may have had it
};

/// The right to publish under a name. Dropping it frees it. For one thread at a time.
class NameLock {
  public:
    virtual ~NameLock() = default;

    /// To be called before each act that cannot be undone. A lock that has lapsed and that nobody
    /// has taken since is taken anew; then what was seen under it must be looked at once more.
    /// Throws Error: temporary when another has it.
    [[nodiscard]] virtual Held require_held() = 0;

    /// Among whom it excludes, in words that nobody else's lock has; empty when that is everybody
    /// who may open the catalog. What bears the mark of another domain may belong to a living run.
    [[nodiscard]] virtual std::string domain() const { return {}; }
};

} // namespace retouch
