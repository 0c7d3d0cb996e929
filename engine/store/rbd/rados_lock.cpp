// RadosLock: the lock is Ceph's own (class "lock" on an object), so the storage daemon decides who
// has it and when it expires. A lock's cookie is the one text of it that others can list: it says
// who holds the lock, and makes each holder another.

#include "store/rbd/rados_lock.hpp"

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/host_name.hpp"
#include "base/process_handle.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "retouch/json.hpp"

#include <fmt/chrono.h>
#include <rados/librados.h>

#include <cerrno>
#include <filesystem>
#include <sys/time.h>
#include <unistd.h>

namespace retouch {

namespace {

constexpr const char *k_lock = "retouch";
constexpr std::chrono::seconds k_operation_limit{10};
constexpr int k_more_tries = 2; ///< before an irreversible act

/// Where process ids mean the same as here: this boot of this host, in this namespace.
std::string process_space() {
    std::error_code failed;
    const auto space = std::filesystem::read_symlink("/proc/self/ns/pid", failed).string();
    return fmt::format("{} {}", trim(read_file("/proc/sys/kernel/random/boot_id", 64)), space);
}

std::string describe_us(const std::string &name, const std::string &run) {
    const Json us = {
        {"name", name},       {"run", run},          {"host", host_name()},     {"pid", getpid()},
        {"since", utc_now()}, {"id", random_uuid()}, {"space", process_space()}};
    return us.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Who holds the lock, as Ceph lists it.
struct Holder {
    std::string client;
    std::string cookie; ///< what that run says of itself
};

/// The first holder; empty when there is none (any more) or it cannot be told.
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
    return count > 0 ? Holder{clients.c_str(), cookies.c_str()} : Holder{};
}

/// True when the holder was a process that lived here and has died.
bool is_dead(const std::string &cookie) {
    try {
        const Json holder = Json::parse(cookie);
        if (holder.at("space").get<std::string>() != process_space())
            return false;
        return !process_exists(ProcessId(holder.at("pid").get<pid_t>()));
    } catch (const std::exception &) {
        return false;
    }
}

std::string describe_holder(const std::string &cookie) {
    try {
        const Json holder = Json::parse(cookie);
        return fmt::format("held by process {} on {} since {}", holder.at("pid").get<long>(),
                           escape(holder.at("host").get<std::string>()),
                           escape(holder.at("since").get<std::string>()));
    } catch (const std::exception &) {
        return "held by somebody who does not say more";
    }
}

Error held_error(const std::string &cookie, const std::string &name,
                 std::chrono::seconds duration) {
    const auto latest = std::chrono::system_clock::now() + duration;
    return {ErrorKind::temporary,
            fmt::format("another run is publishing '{}': the lock is {}", escape(name),
                        describe_holder(cookie)),
            fmt::format("wait for it to end and run the command again; if it has died, the lock "
                        "expires by itself, at {:%FT%T}Z at the latest",
                        fmt::gmtime(std::chrono::floor<std::chrono::seconds>(latest)))};
}

bool is_lost(int code) {
    return code == -ENOENT || code == -EBUSY || code == -EEXIST;
}

} // namespace

RadosLock::RadosLock(const RbdAccess &access, const std::string &pool, const std::string &name,
                     const std::string &run, std::chrono::seconds duration)
    : cluster_(access, k_operation_limit),
      pool_(cluster_.pool(pool)),
      name_(name),
      object_("retouch.lock." + sha256_hex(name).substr(0, 16)),
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
        throw ceph_error(fmt::format("take the lock {}/{}", escape(pool), object_), code);
    }
    renewer_ = std::jthread([this](const std::stop_token &stop) { renew_until_stopped(stop); });
}

RadosLock::~RadosLock() {
    renewer_.request_stop();
    renewer_.join();
    // Removed while it is ours, or the next holder's lock would go with the object.
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
        return -ENOENT;
    const int code = lock(LIBRADOS_LOCK_FLAG_MUST_RENEW);
    lost_ = is_lost(code);
    return code;
}

void RadosLock::renew_until_stopped(const std::stop_token &stop) {
    std::unique_lock guard(mutex_);
    while (!lost_) {
        wake_.wait_for(guard, stop, duration_ / 3, [] { return false; });
        if (stop.stop_requested())
            return;
        // One that fails leaves two more before the lock expires; one that finds it gone ends this.
        static_cast<void>(renew());
    }
}

std::string RadosLock::domain() const {
    return fmt::format("{}/{}", cluster_.fsid(), pool_.name());
}

void RadosLock::require_held() {
    const std::lock_guard guard(mutex_);
    int code = renew();
    // Where a storage daemon crashed, its data answers again after 16 seconds, by Ceph's defaults.
    for (int more = k_more_tries; code == -ETIMEDOUT && more > 0; --more)
        code = renew();
    if (code == 0)
        return;
    throw Error(
        ErrorKind::temporary,
        lost_ ? fmt::format("the right to publish '{}' was lost: the lock {}/{} has "
                            "expired or was taken away",
                            escape(name_), escape(pool_.name()), object_)
              : ceph_error(fmt::format("renew the lock {}/{}", escape(pool_.name()), object_), code)
                    .what(),
        "run the command again");
}

} // namespace retouch
