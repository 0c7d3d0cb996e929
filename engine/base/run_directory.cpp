#include "base/run_directory.hpp"

#include "base/process_handle.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace retouch::base {

namespace {

namespace fs = std::filesystem;

constexpr const char *k_prefix = "retouch-run-";
constexpr const char *k_owner = "owner";
/// An empty directory is only just being made, unless it is older than this many seconds. One that
/// holds something but no owner file is not ours, whatever its name.
constexpr time_t k_making_seconds = 60;
constexpr std::chrono::seconds k_end_patience{1};

fs::path parent() {
    std::error_code code;
    const fs::path configured = fs::absolute(fs::temp_directory_path(code), code);
    // A unix socket's path has room for 107 bytes; a deep TMPDIR would not leave enough.
    return code || configured.string().size() > 60 ? fs::path("/tmp") : configured;
}

/// What is in it: the run's own directory is gone by the time this is read.
fs::path place_of(const fs::path &directory) {
    for (fs::path above = directory; above.has_relative_path(); above = above.parent_path())
        if (above.filename().string().starts_with(k_prefix))
            return above.parent_path();
    return directory;
}

Error no_room(const fs::path &directory, int code) {
    const std::string place = escape(place_of(directory).string());
    return {ErrorKind::unavailable,
            fmt::format("the disk for temporary files is full: no more fits into {}: {}", place,
                        std::generic_category().message(code)),
            fmt::format("free some space on the filesystem of {}, or set TMPDIR to a directory on "
                        "another one, and run again",
                        place)};
}

bool is_full(int code) {
    return code == ENOSPC || code == EDQUOT;
}

bool is_ours(const fs::path &path, struct stat &info) {
    return lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid();
}

/// Keeps the owner from taking it while it is removed.
struct Abandoned {
    std::optional<LockFile> lock;
};

std::optional<Abandoned> abandoned(const fs::path &path) {
    struct stat info {};

    if (!is_ours(path, info))
        return std::nullopt;
    const fs::path owner = path / k_owner;
    if (access(owner.c_str(), F_OK) != 0) {
        const bool is_old = std::time(nullptr) - info.st_mtime > k_making_seconds;
        return is_old && fs::is_empty(path) ? std::optional(Abandoned{}) : std::nullopt;
    }
    std::optional<LockFile> lock = LockFile::try_take(owner);
    return lock ? std::optional(Abandoned{std::move(lock)}) : std::nullopt;
}

/// Empty when somebody took it for one that was left, before it was locked.
std::optional<LockFile> lock_of(const fs::path &path) {
    try {
        return LockFile::try_take(path / k_owner);
    } catch (const Error &) {
        if (std::error_code gone; fs::exists(path, gone))
            throw;
        return std::nullopt;
    }
}

/// A disk or machine helper that names `path` in its command line: its owner is gone.
bool is_helper_of(const fs::path &process, const fs::path &path) {
    constexpr std::size_t k_name_bound = 64;
    constexpr std::size_t k_line_bound = 65536;
    return read_if_there(process / "comm", k_name_bound).starts_with("qemu") &&
           read_if_there(process / "cmdline", k_line_bound).find(path.string()) !=
               std::string::npos;
}

/// It is held before it is looked at once more, so that what is ended is what was seen.
void end_if_helper(const fs::path &process, pid_t number, const fs::path &path) {
    if (number <= 1 || !is_helper_of(process, path))
        return;
    const ProcessHandle held{ProcessId(number)};
    if (!is_helper_of(process, path))
        return;
    held.signal(SIGKILL);
    static_cast<void>(held.ended(k_end_patience));
}

void end_processes(const fs::path &path) {
    for (const auto &entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        pid_t pid = 0;
        const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (code == std::errc{} && end == name.data() + name.size())
            end_if_helper(entry.path(), pid, path);
    }
}

} // namespace

RunDirectory::RunDirectory() {
    constexpr int tries = 20;
    for (int left = tries; !lock_ && left > 0; --left) {
        std::string pattern = (parent() / k_prefix).string() + "XXXXXX";
        if (mkdtemp(pattern.data()) == nullptr) {
            const int code = errno;
            throw is_full(code) ? no_room(parent(), code)
                                : system_error("create a temporary directory", pattern, code);
        }
        path_ = pattern;
        lock_ = lock_of(path_);
    }
    if (!lock_)
        throw Error(ErrorKind::temporary, "no temporary directory could be kept",
                    "something else removes what is made below TMPDIR; try again");
}

RunDirectory::~RunDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

std::vector<fs::path> RunDirectory::clear_abandoned() {
    std::vector<fs::path> cleared;
    std::error_code code;
    for (fs::directory_iterator entry(parent(), code), end; !code && entry != end;
         entry.increment(code)) {
        const fs::path path = entry->path();
        try {
            if (!path.filename().string().starts_with(k_prefix))
                continue;
            const std::optional<Abandoned> held = abandoned(path);
            if (!held)
                continue;
            end_processes(path);
            std::error_code failed;
            fs::remove_all(path, failed);
            if (!failed)
                cleared.push_back(path);
        } catch (const std::exception &) {
            continue; // somebody else is clearing it; the next run looks again
        }
    }
    return cleared;
}

void require_room(const fs::path &directory) {
    constexpr off_t k_room = off_t{1} << 20;
    const fs::path path = directory / "room";
    const UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    int code = file ? 0 : errno;
    if (file) {
        unlink(path.c_str());
        code = posix_fallocate(file.get(), 0, k_room);
    }
    if (is_full(code))
        throw no_room(directory, code);
}

} // namespace retouch::base
