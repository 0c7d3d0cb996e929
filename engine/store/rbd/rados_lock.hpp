#pragma once
// RadosLock: one run at a time may publish under a name, among all who use a pool, as a lock with
// an expiry on an object of that pool. It is renewed in the background while it lives, and taken
// anew when it expired and nobody wanted it. A holder that died loses it when it expires, to a run
// on the same host at once. Only runs of retouch obey it.

#include "retouch/name_lock.hpp"
#include "store/rbd/cluster.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace retouch::store {

/// "FSID/POOL": among whom locks on objects of that pool exclude.
[[nodiscard]] std::string lock_domain(const Cluster &cluster, const std::string &pool);

/// True when a run that may be alive has the lock of `name` in `pool`; takes nothing. Throws Error.
[[nodiscard]] bool is_locked(const Pool &pool, const std::string &name);

/// True when `object` is one of a lock, and nobody who may be alive holds that. Throws Error.
[[nodiscard]] bool is_free_lock(const Pool &pool, const std::string &object);

class RadosLock : public NameLock {
  public:
    /// Connects to the cluster once more, for the lock's operations must end well before it
    /// expires. Throws Error: temporary, saying who holds the lock, since when, and when it expires
    /// at the latest if that run is dead; otherwise as Cluster does.
    RadosLock(const RbdAccess &access, const std::string &pool, const std::string &name,
              const std::string &run, std::chrono::seconds duration = std::chrono::seconds(60));

    /// Frees the lock and removes its object, unless it was lost.
    ~RadosLock() override;

    RadosLock(const RadosLock &) = delete;
    RadosLock &operator=(const RadosLock &) = delete;

    /// Renews at once, so that what follows has the whole duration. Throws Error: temporary when
    /// another has or had the lock, or it cannot be renewed.
    [[nodiscard]] Held require_held() override;

    /// lock_domain() of its pool.
    [[nodiscard]] std::string domain() const override;

    /// The object that is locked, for messages and tests.
    [[nodiscard]] const std::string &object() const { return object_; }

  private:
    [[nodiscard]] int lock(std::uint8_t flags) const;

    /// Requires: mutex_ is held.
    [[nodiscard]] int renew();

    /// renew(), or the lock anew when nobody has it. Requires: mutex_ is held.
    [[nodiscard]] int renew_or_take();
    void renew_until_stopped(const std::stop_token &stop);

    Cluster cluster_;
    Pool pool_;
    std::string name_;
    std::string object_;
    std::string cookie_; ///< who we are, as JSON, for others to read
    std::chrono::seconds duration_;
    FullPoolRefusal refusal_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    bool lost_ = false;   ///< another has it; guarded by mutex_
    bool lapsed_ = false; ///< and was taken anew since it was last asked; guarded by mutex_
    std::jthread renewer_;
};

} // namespace retouch::store
