// Cluster: how a connection is set up, and why it could not be.
// Ceph tells only a number; what was wrong is found out by looking at the configuration it used.
// Its calls cannot be stopped: those that wait for monitors are made apart.
// Nothing of Ceph's own logging may reach the terminal.

#include "store/rbd/cluster.hpp"

#include "base/apart.hpp"
#include "base/descriptors.hpp"
#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "base/waiting.hpp"
#include "retouch/json.hpp"
#include "store/rbd/librados.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace retouch::store {

namespace fs = std::filesystem;

namespace {

constexpr int k_connect_seconds = 10;
/// Monitors that elect a new leader take a while to answer.
constexpr int k_monitor_seconds = 30;
constexpr std::chrono::seconds k_answer_limit{15};
constexpr const char *k_default_conf = "/etc/ceph/ceph.conf";
constexpr std::size_t k_longest_option = 4096;

std::string reason_of(int code) {
    return std::generic_category().message(-code);
}

std::string option(rados_t handle, const char *name) {
    std::string value(k_longest_option, '\0');
    if (rados_conf_get(handle, name, value.data(), value.size()) != 0)
        return {};
    value.resize(value.find('\0'));
    return value;
}

void set_option(rados_t handle, const char *name, const std::string &value) {
    const int code = rados_conf_set(handle, name, value.c_str());
    if (code != 0)
        throw Error(ErrorKind::bad_config, fmt::format("Ceph refuses the option {} = {}: {}", name,
                                                       base::escape(value), reason_of(code)));
}

void read_configuration(rados_t handle, const fs::path &conf) {
    const int code = rados_conf_read_file(handle, conf.c_str());
    if (code != 0)
        throw Error(ErrorKind::bad_config,
                    fmt::format("cannot read the Ceph configuration {}: {}",
                                base::escape(conf.string()),
                                code == -EINVAL ? "it is malformed" : reason_of(code)),
                    "name the right file in retouch.yaml (rbd: conf) or in CEPH_CONF");
}

void configure(rados_t handle, const RbdAccess &access, std::chrono::seconds operation_limit) {
    read_configuration(handle, ceph_conf_of(access));
    if (!access.keyring.empty())
        set_option(handle, "keyring", access.keyring.string());
    set_option(handle, "client_mount_timeout", std::to_string(k_connect_seconds));
    set_option(handle, "rados_mon_op_timeout", std::to_string(k_monitor_seconds));
    set_option(handle, "rados_osd_op_timeout", std::to_string(operation_limit.count()));
    for (const char *name : {"log_to_stderr", "err_to_stderr"})
        set_option(handle, name, "false");
    set_option(handle, "log_file", "");
    // What is ours to remove is of no use to anybody, and would keep its source from being removed.
    set_option(handle, "rbd_move_to_trash_on_remove", "false");
    // Ceph's own default. One would not do, as librbd waits for one in the other when it unprotects
    // a snapshot; settle() counts on two.
    set_option(handle, "librados_thread_count", "2");
}

/// The keyring that can be read, of those Ceph looks for; nullopt when there is none.
std::optional<std::string> readable_keyring(const std::string &keyrings) {
    std::string_view rest = keyrings;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find_first_of(",;"), rest.size());
        const std::string path(base::trim(rest.substr(0, end)));
        if (!path.empty() && ::access(path.c_str(), R_OK) == 0)
            return path;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return std::nullopt;
}

Error connect_error(rados_t handle, const RbdAccess &access, int code) {
    const std::string conf = base::escape(ceph_conf_of(access).string());
    const std::string user = base::escape(ceph_user_of(access));
    if (option(handle, "mon_host").empty())
        return {ErrorKind::bad_config,
                fmt::format("the Ceph configuration {} names no monitor", conf),
                "it needs mon_host"};
    if (code == -ETIMEDOUT || code == -EHOSTUNREACH || code == -ECONNREFUSED)
        return {
            ErrorKind::unavailable,
            fmt::format("cannot reach the Ceph cluster of {}: no monitor answered within {} s",
                        conf, k_connect_seconds),
            "check the network, and mon_host in that file; 'ceph -s' shows the cluster's state. A "
            "cluster that requires newer clients than the libraries here, or whose keys are of a "
            "newer kind, does not answer either"};
    const std::string keyrings = option(handle, "keyring");
    const auto keyring = readable_keyring(keyrings);
    if (!keyring)
        return {ErrorKind::not_authorised,
                fmt::format("no readable keyring for the Ceph user client.{}: looked for {}", user,
                            base::escape(keyrings)),
                "name one in retouch.yaml (rbd: keyring), and make it readable for this user"};
    if (code == -EPERM || code == -EACCES || code == -ENOENT || code == -EOPNOTSUPP)
        return {ErrorKind::not_authorised,
                fmt::format("Ceph does not accept the user client.{} with the keyring {}: {}", user,
                            base::escape(*keyring), reason_of(code)),
                fmt::format("compare that file with 'ceph auth get client.{}'", user)};
    return {ErrorKind::unavailable,
            fmt::format("cannot reach the Ceph cluster of {}: {}", conf, reason_of(code))};
}

std::string fsid_of(rados_t handle) {
    char text[64] = {};
    const int code = rados_cluster_fsid(handle, text, sizeof text);
    if (code < 0)
        throw ceph_error("ask the Ceph cluster for its fsid", code);
    return text;
}

struct Answer {
    int code = 0;
    std::string text;
};

/// What the monitors answer to a command, as JSON; null when it is none.
Json ask_monitors(const RadosHandle &handle, const char *command, std::string_view doing) {
    const auto answer = base::call_apart<Answer>([handle, command]() mutable {
        char *text = nullptr;
        std::size_t length = 0;
        const int code =
            rados_mon_command(handle.get(), &command, 1, "", 0, &text, &length, nullptr, nullptr);
        const std::unique_ptr<char, decltype(&::rados_buffer_free)> owned(text, rados_buffer_free);
        return Answer{code, std::string(text, length)};
    });
    if (answer.code != 0)
        throw ceph_error(doing, answer.code);
    Json parsed = Json::parse(answer.text, nullptr, false);
    return parsed.is_discarded() ? Json() : parsed;
}

/// There is a socket for each OSD that is talked to, and Ceph aborts the process when it can have
/// no more. Where there may be as many as any cluster needs, it need not be asked how large it is.
void provide_descriptors(const RadosHandle &handle) {
    constexpr std::uint64_t k_largest_cluster = 10000;
    constexpr std::uint64_t k_sockets_of_an_osd = 3; // of store, lock, and watch for room or copy
    if (base::raise_descriptors(base::k_descriptors_of_a_run +
                                k_sockets_of_an_osd * k_largest_cluster))
        return;
    const Json seen = ask_monitors(handle, R"({"prefix": "osd stat", "format": "json"})",
                                   "ask the Ceph cluster for its size");
    const Json count = seen.is_object() ? seen.value("num_osds", Json()) : Json();
    if (count.is_number_unsigned())
        base::require_descriptors(base::k_descriptors_of_a_run +
                                  k_sockets_of_an_osd * count.get<std::uint64_t>());
}

using Completion = std::unique_ptr<void, decltype(&::rados_aio_release)>;

/// Asks the pool for an object every RBD pool has, so that a cluster whose data does not answer is
/// known before any work is done; "no such object" is an answer, too.
int first_answer(rados_ioctx_t context) {
    rados_completion_t created = nullptr;
    if (const int code = rados_aio_create_completion2(nullptr, nullptr, &created); code != 0)
        return code;
    const Completion completion(created, rados_aio_release);
    std::uint64_t size = 0;
    time_t modified = 0;
    int code = rados_aio_stat(context, "rbd_directory", completion.get(), &size, &modified);
    if (code != 0)
        return code;
    const auto deadline = std::chrono::steady_clock::now() + k_answer_limit;
    while (rados_aio_is_complete(completion.get()) == 0) {
        const bool late = std::chrono::steady_clock::now() > deadline;
        if (late || base::interrupt_due()) {
            rados_aio_cancel(context, completion.get());
            rados_aio_wait_for_complete(completion.get());
            return late ? -ETIMEDOUT : -ECANCELED;
        }
        base::pause_regardless(std::chrono::microseconds(200));
    }
    code = rados_aio_get_return_value(completion.get());
    return code == -ENOENT ? 0 : code;
}

} // namespace

fs::path ceph_conf_of(const RbdAccess &access) {
    if (!access.conf.empty())
        return access.conf;
    const char *named = std::getenv("CEPH_CONF");
    return named != nullptr && *named != '\0' ? named : k_default_conf;
}

std::string ceph_user_of(const RbdAccess &access) {
    return access.user.empty() ? "admin" : access.user;
}

Pool::~Pool() {
    if (context_ != nullptr)
        rados_ioctx_destroy(context_);
}

FullPoolRefusal::FullPoolRefusal(const Pool &pool) : pool_(pool) {
    rados_set_pool_full_try(pool_.get());
}

FullPoolRefusal::~FullPoolRefusal() {
    rados_unset_pool_full_try(pool_.get());
}

std::int64_t Pool::id() const {
    return rados_ioctx_get_id(context_);
}

Cluster::Cluster(const RbdAccess &access, std::chrono::seconds operation_limit) : access_(access) {
    const std::string client = "client." + ceph_user_of(access);
    rados_t created = nullptr;
    if (const int code = rados_create2(&created, "ceph", client.c_str(), 0); code != 0)
        throw ceph_error("set up a Ceph client", code);
    handle_.reset(created, [](rados_t handle) { rados_shutdown(handle); });
    configure(created, access, operation_limit);
    const int code =
        base::call_apart<int>([handle = handle_] { return rados_connect(handle.get()); });
    if (code != 0)
        throw connect_error(created, access, code);
    fsid_ = fsid_of(created);
    provide_descriptors(handle_);
}

Pool Cluster::pool(const std::string &name) const {
    const auto opened = base::call_apart<std::pair<int, rados_ioctx_t>>([handle = handle_, name] {
        rados_ioctx_t context = nullptr;
        const int code = rados_ioctx_create(handle.get(), name.c_str(), &context);
        return std::pair(code, context);
    });
    auto [code, context] = opened;
    if (code == -ENOENT)
        throw Error(ErrorKind::refused,
                    fmt::format("the Ceph cluster {} has no pool '{}'", fsid_, base::escape(name)),
                    "'ceph osd pool ls' lists its pools; retouch.yaml names those that are used "
                    "(rbd: pool and scratch_pool)");
    if (code != 0)
        throw ceph_error(fmt::format("open the Ceph pool '{}'", base::escape(name)), code);
    Pool pool(context, name);
    code = first_answer(context);
    if (code != 0)
        throw ceph_error(fmt::format("read the Ceph pool '{}'", base::escape(name)), code);
    return pool;
}

int Cluster::required_release() const {
    std::int8_t least = 0;
    std::int8_t required = 0;
    const int code = rados_get_min_compatible_client(handle_.get(), &least, &required);
    if (code != 0)
        throw ceph_error("ask the Ceph cluster which clients it requires", code);
    return required;
}

bool Cluster::is_full(std::int64_t pool) const {
    const Json pools =
        ask_monitors(handle_, R"({"prefix": "osd pool ls", "detail": "detail", "format": "json"})",
                     "ask the Ceph cluster about its pools");
    for (const Json &one : pools.is_array() ? pools : Json::array())
        if (one.value("pool_id", std::int64_t{-1}) == pool)
            return one.value("flags_names", "").find("full") != std::string::npos;
    return false;
}

std::string Cluster::pool_name(std::int64_t id) const {
    std::string name(k_longest_option, '\0');
    const int length = rados_pool_reverse_lookup(handle_.get(), id, name.data(), name.size());
    if (length < 0)
        throw ceph_error(fmt::format("find the Ceph pool number {}", id), length);
    name.resize(static_cast<std::size_t>(length));
    return name;
}

} // namespace retouch::store
