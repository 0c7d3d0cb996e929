// An announcement holds what its run says of itself; whoever reads it believes none of it but that
// a process of this host has died.

#include "store/rbd/announcement.hpp"

#include "base/host_name.hpp"
#include "base/process_space.hpp"
#include "base/text.hpp"
#include "retouch/json.hpp"
#include "store/rbd/librados.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <unistd.h>

namespace retouch::store {

namespace {

constexpr std::size_t k_longest = 1024;

std::string text_at(const Json &said, const char *key) {
    const auto found = said.find(key);
    return found != said.end() && found->is_string() ? found->get<std::string>() : std::string();
}

} // namespace

std::string announcement_of(const std::string &id) {
    return "retouch.stage." + id;
}

void announce_stage(const Pool &pool, const std::string &id) {
    const Json us = {{"host", base::host_name()},
                     {"space", base::process_space()},
                     {"pid", std::to_string(getpid())}};
    const std::string text = us.dump(-1, ' ', false, Json::error_handler_t::replace);
    const FullPoolRefusal refusal(pool);
    const int code =
        rados_write_full(pool.get(), announcement_of(id).c_str(), text.data(), text.size());
    if (code != 0)
        throw ceph_error(fmt::format("write to the Ceph pool '{}'", base::escape(pool.name())),
                         code);
}

void withdraw_stage(const Pool &pool, const std::string &id) {
    const FullPoolRefusal refusal(pool);
    const int code = rados_remove(pool.get(), announcement_of(id).c_str());
    if (code != 0 && code != -ENOENT)
        throw ceph_error(fmt::format("write to the Ceph pool '{}'", base::escape(pool.name())),
                         code);
}

std::optional<Announcer> find_announcement(const Pool &pool, const std::string &id) {
    std::string text(k_longest, '\0');
    const int size =
        rados_read(pool.get(), announcement_of(id).c_str(), text.data(), text.size(), 0);
    if (size == -ENOENT)
        return std::nullopt;
    if (size < 0)
        throw ceph_error("look for an announced stage", size);
    text.resize(static_cast<std::size_t>(size));
    const Json said = Json::parse(text, nullptr, false);
    if (!said.is_object())
        return Announcer{};
    return Announcer{text_at(said, "host"), text_at(said, "space"), text_at(said, "pid")};
}

} // namespace retouch::store
