#pragma once
// Cluster and Pool: a connection to a Ceph cluster and one pool of it. They close themselves. They
// know nothing of images. Other processes may be started while one is open: its sockets are
// close-on-exec and its threads do not survive into a child.

#include "retouch/error.hpp"
#include "retouch/store.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace retouch::store {

/// The configuration file that is used: the one given, else CEPH_CONF, else /etc/ceph/ceph.conf.
[[nodiscard]] std::filesystem::path ceph_conf_of(const RbdAccess &access);

/// The user that is used, without "client.".
[[nodiscard]] std::string ceph_user_of(const RbdAccess &access);

/// An Error about a failed call of Ceph's: "cannot DOING: REASON", `code` being negative as librbd
/// returns it. Missing rights are not_authorised, no answer is unavailable, a cancelled act
/// interrupted; those and a full cluster bring their own hint. `doing` is escaped already.
[[nodiscard]] Error ceph_error(std::string_view doing, int code);

/// A rados_t, shut down when nobody uses it any more: calls that were left behind may still do.
using RadosHandle = std::shared_ptr<void>;

class Cluster;

class Pool {
  public:
    ~Pool();

    Pool(Pool &&other) noexcept
        : context_(std::exchange(other.context_, nullptr)), name_(std::move(other.name_)) {}

    Pool &operator=(Pool &&) = delete;
    Pool(const Pool &) = delete;
    Pool &operator=(const Pool &) = delete;

    [[nodiscard]] const std::string &name() const { return name_; }

    [[nodiscard]] std::int64_t id() const;

    /// The rados_ioctx_t.
    [[nodiscard]] void *get() const { return context_; }

  private:
    friend class Cluster;

    Pool(void *context, std::string name) : context_(context), name_(std::move(name)) {}

    void *context_;
    std::string name_;
};

/// While it lives, what is written to the pool through this connection is refused when the pool is
/// full, instead of waiting for room; what takes no room, as removing, is done. It must not outlive
/// the pool, and there may be one at a time.
class FullPoolRefusal {
  public:
    explicit FullPoolRefusal(const Pool &pool);
    ~FullPoolRefusal();
    FullPoolRefusal(const FullPoolRefusal &) = delete;
    FullPoolRefusal &operator=(const FullPoolRefusal &) = delete;

  private:
    const Pool &pool_;
};

class Cluster {
  public:
    /// Connects; gives up after ten seconds. Later operations fail with ETIMEDOUT when the cluster
    /// does not answer for `operation_limit`, and may have been done all the same; 0: they wait.
    /// Throws Error:
    /// bad_config for a missing or unreadable ceph.conf, not_authorised for a missing keyring or a
    /// refused key, unavailable when no monitor answers, interrupted.
    explicit Cluster(const RbdAccess &access,
                     std::chrono::seconds operation_limit = std::chrono::seconds(60));
    Cluster(const Cluster &) = delete;
    Cluster &operator=(const Cluster &) = delete;

    [[nodiscard]] const RbdAccess &access() const { return access_; }

    [[nodiscard]] const std::string &fsid() const { return fsid_; }

    /// Throws Error: refused when there is no such pool, not_authorised, unavailable when its data
    /// does not answer within fifteen seconds.
    [[nodiscard]] Pool pool(const std::string &name) const;

    /// The oldest release a client must be of, as Ceph counts releases (13 is Mimic). Throws Error.
    [[nodiscard]] int required_release() const;

    /// True when the pool takes no more data, by its quota or for want of space, so that writes to
    /// it wait. Throws Error.
    [[nodiscard]] bool is_full(std::int64_t pool) const;

    /// The name of a pool. Throws Error.
    [[nodiscard]] std::string pool_name(std::int64_t id) const;

  private:
    RbdAccess access_;
    RadosHandle handle_;
    std::string fsid_;
};

} // namespace retouch::store
