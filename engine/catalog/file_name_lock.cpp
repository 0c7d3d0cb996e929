#include "catalog/file_name_lock.hpp"

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/host_name.hpp"
#include "base/text.hpp"
#include "retouch/json.hpp"

#include <fmt/format.h>

#include <system_error>
#include <unistd.h>
#include <utility>

namespace retouch::catalog {

namespace {

namespace fs = std::filesystem;

/// What the holder wrote into the lock file, in words.
std::string describe_holder(const fs::path &path) {
    try {
        const Json holder = Json::parse(base::read_file(path, 4096));
        return fmt::format("held by process {} on {} since {}", holder.at("pid").get<int>(),
                           base::escape(holder.at("host").get<std::string>()),
                           base::escape(holder.at("since").get<std::string>()));
    } catch (const std::exception &) {
        return "held by another run that has only just started";
    }
}

base::LockFile take(const fs::path &state_directory, const std::string &name) {
    const fs::path directory = state_directory / "locks";
    std::error_code code;
    fs::create_directories(directory, code);
    if (code)
        throw base::system_error("create", directory, code.value());
    const fs::path path = directory / (base::sha256_hex(name).substr(0, 16) + ".lock");
    auto lock = base::LockFile::try_take(path);
    if (!lock)
        throw Error(ErrorKind::temporary,
                    fmt::format("another run is publishing '{}': the lock is {}",
                                base::escape(name), describe_holder(path)),
                    "wait for it to end and run the command again");
    return std::move(*lock);
}

} // namespace

FileNameLock::FileNameLock(const fs::path &state_directory, const std::string &name,
                           const std::string &run, std::string domain)
    : lock_(take(state_directory, name)), domain_(std::move(domain)) {
    const Json holder = {{"name", name},
                         {"pid", getpid()},
                         {"host", base::host_name()},
                         {"since", base::utc_now()},
                         {"run", run}};
    lock_.write(holder.dump(-1, ' ', false, Json::error_handler_t::replace));
}

} // namespace retouch::catalog
