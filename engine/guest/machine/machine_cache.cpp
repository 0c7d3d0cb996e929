// A saved machine is a directory named after what it was made from, renamed to its place once it is
// whole and durable. Its list names every file of this host that is in it, or that it is made of,
// as the kernel tells files apart, its own parts included: what was written to since is not used.

#include "guest/machine/machine_cache.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/ownership.hpp"
#include "base/sync_file.hpp"
#include "base/text.hpp"
#include "base/waiting.hpp"
#include "guest/machine/initrd.hpp"
#include "guest/machine/machine_start.hpp"
#include "guest/machine/server_program.hpp"
#include "retouch/json.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

namespace fs = std::filesystem;

constexpr const char *k_list = "list";
constexpr std::size_t k_longest_list = std::size_t{1} << 20;
constexpr std::chrono::seconds k_makers_patience{60};
constexpr std::size_t k_most_kept = 4;

fs::path cache_of_the_user() {
    const auto variable = [](const char *name) -> fs::path {
        const char *value = std::getenv(name);
        return value == nullptr ? "" : value;
    };
    fs::path cache = variable("XDG_CACHE_HOME");
    if (!cache.is_absolute() && variable("HOME").is_absolute())
        cache = variable("HOME") / ".cache";
    if (!cache.is_absolute())
        throw Error(ErrorKind::unavailable, "neither XDG_CACHE_HOME nor HOME names a directory");
    return cache / "retouch" / "machine";
}

/// As the kernel tells one file, and one state of it, from another; empty when there is none.
std::string identity(const fs::path &path) {
    struct stat status {};

    if (stat(path.c_str(), &status) != 0)
        return {};
    return fmt::format("{}:{}:{}:{}.{:09}:{}.{:09}", status.st_dev, status.st_ino, status.st_size,
                       status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec,
                       status.st_ctim.tv_nsec);
}

/// With KVM the processor is this host's.
std::string processor() {
    constexpr std::size_t enough = 8192;
    std::string told;
    for (const std::string &line : base::split_lines(base::read_if_there("/proc/cpuinfo", enough)))
        if (line.starts_with("model name") || line.starts_with("flags"))
            told += line + "\n";
    return told;
}

std::string directory_name(const MachineKind &kind) {
    static const std::string program = base::sha256_hex(server_program());
    std::string text =
        fmt::format("machine 1\n{}\n{} {} {}\n{}\n", program, kind.memory_mebibytes,
                    kind.processors, kind.kvm ? "kvm" : "tcg", kind.kvm ? processor() : "");
    for (const fs::path &file : {kind.qemu, kind.kernel.image, kind.kernel.modules / "modules.dep"})
        text += fmt::format("{} {}\n", file.string(), identity(file));
    return base::sha256_hex(text).substr(0, 32);
}

bool is_private(const fs::path &path) {
    struct stat status {};

    return lstat(path.c_str(), &status) == 0 && status.st_uid == geteuid() &&
           (status.st_mode & 077) == 0;
}

Json identities(const std::set<fs::path> &files) {
    Json list = Json::object();
    for (const fs::path &file : files)
        list[file.string()] = identity(file);
    return list;
}

bool still_hold(const Json &list) {
    return list.is_object() && !list.empty() &&
           std::ranges::all_of(list.items(), [](const auto &item) {
               return item.value() == identity(item.key()) && !item.value().empty();
           });
}

/// Those of a saved machine's own parts, which must not move when it is renamed to its place.
Json own_parts(const SavedMachine &saved) {
    Json list = Json::object();
    for (const fs::path &file : {saved.initrd(), saved.memory(), saved.devices()})
        list[file.filename().string()] = identity(file);
    return list;
}

bool is_whole(const SavedMachine &saved) {
    if (!is_private(saved.directory) || !is_private(saved.directory / k_list))
        return false;
    const Json list =
        Json::parse(base::read_if_there(saved.directory / k_list, k_longest_list), nullptr, false);
    return list.is_object() && list.contains("files") && list.contains("parts") &&
           still_hold(list.at("files")) && list.at("parts") == own_parts(saved);
}

void write_initrd(const SavedMachine &saved, const MachineKind &kind, const fs::path &directory,
                  Json &files) {
    const Initrd made = make_initrd(kind, directory);
    base::write_file_atomically(saved.initrd(), made.bytes, 0600);
    files = identities(made.files);
}

void sync(const fs::path &file) {
    base::sync_file(base::open_file(file, O_RDONLY).get(), file);
}

/// Others wait for it, so that two first uses cost no more than one.
base::UniqueFd lock(const fs::path &path) {
    base::UniqueFd file = base::open_file(path, O_RDWR | O_CREAT, 0600);
    if (!base::lock_within(file.get(), LOCK_EX, path, k_makers_patience))
        throw Error(ErrorKind::temporary, "another process is making the saved machine");
    return file;
}

} // namespace

MachineCache::MachineCache() : directory_(cache_of_the_user()) {
    std::error_code code;
    fs::create_directories(directory_.parent_path(), code);
    if (mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST)
        throw base::system_error("create", directory_, errno);
    if (const auto reason = base::open_to_others(directory_); reason || !is_private(directory_))
        throw Error(ErrorKind::unavailable,
                    fmt::format("saved machines cannot be kept in {}: {}",
                                base::escape(directory_.string()),
                                reason.value_or("others may look into it")));
}

std::optional<SavedMachine> MachineCache::find(const MachineKind &kind) const {
    SavedMachine saved{directory_ / directory_name(kind)};
    if (is_whole(saved))
        return saved;
    return std::nullopt;
}

SavedMachine MachineCache::make(const MachineKind &kind, const fs::path &directory) const {
    const base::UniqueFd held = lock(directory_ / "lock");
    SavedMachine place{directory_ / directory_name(kind)};
    if (is_whole(place))
        return place;
    remove(place);
    // What a killed one left goes, too: nobody else is making one.
    const SavedMachine making{directory_ / "making"};
    remove(making);
    try {
        if (mkdir(making.directory.c_str(), 0700) != 0)
            throw base::system_error("create", making.directory, errno);
        Json list = Json::object();
        write_initrd(making, kind, directory, list["files"]);
        save_machine(kind, making, directory);
        for (const fs::path &file : {making.initrd(), making.memory(), making.devices()})
            sync(file);
        list["parts"] = own_parts(making);
        base::write_file_atomically(making.directory / k_list, list.dump(), 0600);
        fs::rename(making.directory, place.directory);
        base::sync_directory(directory_);
    } catch (...) {
        remove(making);
        throw;
    }
    keep_the_newest();
    return place;
}

void MachineCache::remove(const SavedMachine &saved) noexcept {
    std::error_code ignored;
    fs::remove_all(saved.directory, ignored);
}

void MachineCache::keep_the_newest() const noexcept {
    try {
        std::vector<fs::directory_entry> kept;
        for (const fs::directory_entry &entry : fs::directory_iterator(directory_))
            if (entry.is_directory())
                kept.push_back(entry);
        std::ranges::sort(kept, std::ranges::greater(),
                          [](const fs::directory_entry &entry) { return entry.last_write_time(); });
        for (std::size_t at = k_most_kept; at < kept.size(); ++at)
            remove({kept[at].path()});
    } catch (const std::exception &) {
        // Another time.
    }
}

} // namespace retouch::guest
