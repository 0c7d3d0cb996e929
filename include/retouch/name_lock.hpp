#pragma once
// NameLock: the right to publish under a name, held as long as the object lives. A catalog hands it
// out; who keeps it (a lock file, an object in a Ceph pool) decides how it is kept.

#include <string>

namespace retouch {

/// The right to publish under a name. Dropping it frees it.
class NameLock {
  public:
    virtual ~NameLock() = default;

    /// To be called before each act that cannot be undone. Throws Error: temporary when the lock
    /// was lost.
    virtual void require_held() = 0;

    /// Among whom it excludes, in words that nobody else's lock has; empty when that is everybody
    /// who may open the catalog. What bears the mark of another domain may belong to a living run.
    [[nodiscard]] virtual std::string domain() const { return {}; }
};

} // namespace retouch
