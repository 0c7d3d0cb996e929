// RadosLock: the lock is Ceph's own (class "lock" on an object), so the storage daemon decides who
// has it and when it expires. A lock's cookie is the one text of it that others can list: it says
// who holds the lock, and makes each holder another.

#include "store/rbd/rados_lock.hpp"

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/host_name.hpp"
#include "base/process_space.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "retouch/json.hpp"
#include "store/rbd/librados.hpp"

#include <fmt/chrono.h>

#include <cerrno>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

namespace retouch::store {

namespace {

constexpr const char *k_lock = "retouch";
constexpr std::chrono::seconds k_operation_limit{10};
constexpr int k_more_tries = 2; ///< before an irreversible act
constexpr int k_renewals = 6;   ///< in the time after which the lock expires

constexpr const char *k_prefix = "retouch.lock.";

std::string object_of(const std::string &name) {
    return k_prefix + base::sha256_hex(name).substr(0, 16);
}

/// Others' objects may be called anything.
bool is_lock(std::string_view object) {
    constexpr std::string_view hex = "0123456789abcdef";
    return object.starts_with(k_prefix) &&
           object.find_first_not_of(hex, std::string_view(k_prefix).size()) == object.npos;
}

std::string describe_us(const std::string &name, const std::string &run) {
    const Json us = {{"name", name},
                     {"run", run},
                     {"host", base::host_name()},
                     {"pid", getpid()},
                     {"since", base::utc_now()},
                     {"id", base::random_uuid()},
                     {"space", base::process_space()}};
    return us.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Who holds the lock, as Ceph lists it.
struct Holder {
    std::string client;
    std::string cookie; ///< what that run says of itself
};

/// The first holder; empty when there is none (any more). Throws Error.
Holder holder_of(const Pool &pool, const std::string &object) {
    std::string tag(4096, '\0');
    std::string clients = tag;
    std::string cookies = tag;
    std::string addresses = tag;
    std::size_t tag_size = tag.size();
    std::size_t clients_size = clients.size();
    std::size_t cookies_size = cookies.size();
    std::size_t addresses_size = addresses.size();
    int exclusive = 0;
    const ssize_t count = rados_list_lockers(
        pool.get(), object.c_str(), k_lock, &exclusive, tag.data(), &tag_size, clients.data(),
        &clients_size, cookies.data(), &cookies_size, addresses.data(), &addresses_size);
    if (count < 0 && count != -ENOENT)
        throw ceph_error(
            fmt::format("see who holds the lock {}/{}", base::escape(pool.name()), object),
            static_cast<int>(count));
    return count > 0 ? Holder{clients.c_str(), cookies.c_str()} : Holder{};
}

/// True when the holder was a process that lived here and has died.
bool is_dead(const std::string &cookie) {
    try {
        const Json holder = Json::parse(cookie);
        return base::was_here_and_died(holder.at("space").get<std::string>(),
                                       std::to_string(holder.at("pid").get<pid_t>()));
    } catch (const std::exception &) {
        return false;
    }
}

std::string describe_holder(const std::string &cookie) {
    try {
        const Json holder = Json::parse(cookie);
        return fmt::format("held by process {} on {} since {}", holder.at("pid").get<long>(),
                           base::escape(holder.at("host").get<std::string>()),
                           base::escape(holder.at("since").get<std::string>()));
    } catch (const std::exception &) {
        return "held by somebody who does not say more";
    }
}

Error held_error(const std::string &cookie, const std::string &name,
                 std::chrono::seconds duration) {
    const auto latest = std::chrono::system_clock::now() + duration;
    return {ErrorKind::temporary,
            fmt::format("another run is publishing '{}': the lock is {}", base::escape(name),
                        describe_holder(cookie)),
            fmt::format("wait for it to end and run the command again; if it has died, the lock "
                        "expires by itself, at {:%FT%T}Z at the latest",
                        fmt::gmtime(std::chrono::floor<std::chrono::seconds>(latest)))};
}

} // namespace

RadosLock::RadosLock(const RbdAccess &access, const std::string &pool, const std::string &name,
                     const std::string &run, std::chrono::seconds duration)
    : cluster_(access, k_operation_limit),
      pool_(cluster_.pool(pool)),
      name_(name),
      object_(object_of(name)),
      cookie_(describe_us(name, run)),
      duration_(duration),
      refusal_(pool_) {
    int code = lock(0);
    Holder holder;
    if (code == -EBUSY && is_dead((holder = holder_of(pool_, object_)).cookie)) {
        rados_break_lock(pool_.get(), object_.c_str(), k_lock, holder.client.c_str(),
                         holder.cookie.c_str());
        code = lock(0);
    }
    if (code == -EBUSY)
        throw held_error(holder_of(pool_, object_).cookie, name_, duration_);
    if (code != 0) {
        // It may have been taken all the same.
        rados_unlock(pool_.get(), object_.c_str(), k_lock, cookie_.c_str());
        const bool is_full = code == -ENOSPC || code == -EDQUOT;
        throw ceph_error(fmt::format("take the lock {}/{}{}", base::escape(pool), object_,
                                     is_full ? ", as the pool is full" : ""),
                         code);
    }
    renewer_ = std::jthread([this](const std::stop_token &stop) { renew_until_stopped(stop); });
}

RadosLock::~RadosLock() {
    renewer_.request_stop();
    renewer_.join();
    // Removed while it is ours, or the next holder's lock would go with the object.
    // Not taken anew for that: a request that comes too late would leave a lock of nobody.
    if (renew() == 0 || (!lost_ && renew() == 0))
        rados_remove(pool_.get(), object_.c_str());
}

int RadosLock::lock(std::uint8_t flags) const {
    timeval duration{};
    duration.tv_sec = duration_.count();
    return rados_lock_exclusive(pool_.get(), object_.c_str(), k_lock, cookie_.c_str(),
                                "retouch is publishing", &duration, flags);
}

int RadosLock::renew() {
    if (lost_)
        return -EBUSY;
    const int code = lock(LIBRADOS_LOCK_FLAG_MUST_RENEW);
    lost_ = code == -EBUSY || code == -EEXIST;
    return code;
}

int RadosLock::renew_or_take() {
    int code = renew();
    if (code != -ENOENT)
        return code;
    code = lock(0);
    lost_ = code == -EBUSY || code == -EEXIST;
    lapsed_ = lapsed_ || code == 0;
    return code;
}

void RadosLock::renew_until_stopped(const std::stop_token &stop) {
    std::unique_lock guard(mutex_);
    while (!lost_) {
        wake_.wait_for(guard, stop, std::chrono::milliseconds(duration_) / k_renewals,
                       [] { return false; });
        if (stop.stop_requested())
            return;
        // One that fails leaves others before the lock expires; one that finds it taken ends this.
        static_cast<void>(renew_or_take());
    }
}

std::string lock_domain(const Cluster &cluster, const std::string &pool) {
    return fmt::format("{}/{}", cluster.fsid(), pool);
}

bool is_locked(const Pool &pool, const std::string &name) {
    return !is_free_lock(pool, object_of(name));
}

bool is_free_lock(const Pool &pool, const std::string &object) {
    if (!is_lock(object))
        return false;
    const Holder holder = holder_of(pool, object);
    return holder.client.empty() || is_dead(holder.cookie);
}

std::string RadosLock::domain() const {
    return lock_domain(cluster_, pool_.name());
}

Held RadosLock::require_held() {
    const std::lock_guard guard(mutex_);
    int code = renew_or_take();
    // Where a storage daemon crashed, its data answers again after 16 seconds, by Ceph's defaults.
    for (int more = k_more_tries; code == -ETIMEDOUT && more > 0; --more)
        code = renew_or_take();
    if (code == 0)
        return std::exchange(lapsed_, false) ? Held::taken_anew : Held::throughout;
    throw Error(
        ErrorKind::temporary,
        lost_ ? fmt::format("the right to publish '{}' was lost: the lock {}/{} had expired, and "
                            "another run took it",
                            base::escape(name_), base::escape(pool_.name()), object_)
              : ceph_error(fmt::format("renew the lock {}/{}", base::escape(pool_.name()), object_),
                           code)
                    .what(),
        "run the command again");
}

} // namespace retouch::store
