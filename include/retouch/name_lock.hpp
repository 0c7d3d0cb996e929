#pragma once

// NameLock: the right to publish under a name, held as long as the object lives. A catalog hands it
// out; who keeps it (a lock file, an object in a Ceph pool) decides how it is kept.

namespace retouch {

/// The right to publish under a name. Dropping it frees it.
class NameLock {
  public:
    virtual ~NameLock() = default;

    /// To be called before each act that cannot be undone. Throws Error: temporary when the lock
    /// was lost.
    virtual void require_held() = 0;
};

} // namespace retouch
