// File: descriptors, whole-file reading and durable writing on this host.
// Every failure becomes an Error that names the path and the reason.
// Guest files are not its business: those go through Guest.

#include "base/file.hpp"

#include "base/interrupt.hpp"
#include "base/shortage.hpp"
#include "base/sync_file.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "base/waiting.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace retouch::base {

namespace {

/// Removes a file again unless the work on it was completed.
class RemoveOnFailure {
  public:
    explicit RemoveOnFailure(std::filesystem::path path) : path_(std::move(path)) {}

    ~RemoveOnFailure() {
        if (!path_.empty())
            unlink(path_.c_str());
    }

    RemoveOnFailure(const RemoveOnFailure &) = delete;
    RemoveOnFailure &operator=(const RemoveOnFailure &) = delete;

    void dismiss() { path_.clear(); }

  private:
    std::filesystem::path path_;
};

ErrorKind kind_of(int code) {
    if (is_shortage(code))
        return ErrorKind::unavailable;
    return code == EACCES || code == EPERM ? ErrorKind::not_authorised : ErrorKind::failed;
}

std::string hint_for(const std::string &path, int code) {
    switch (code) {
    case ENOSPC:
    case EDQUOT:
        return fmt::format("free some space on the filesystem of {} and run again", path);
    case EFBIG:
        return fmt::format("a file may not get so large: 'ulimit -f' shows the limit, if there is "
                           "one; the other is that of the filesystem of {}",
                           path);
    case EROFS:
        return fmt::format("the filesystem of {} is mounted read-only; make it writable and run "
                           "again",
                           path);
    case EACCES:
    case EPERM:
        return fmt::format("run as a user who may do this, or change the permissions of {}", path);
    default:
        return is_shortage(code) ? shortage_hint(code) : std::string();
    }
}

constexpr std::chrono::milliseconds k_reader_check{50};

bool is(int fd, mode_t type) {
    struct stat info {};

    return fstat(fd, &info) == 0 && (info.st_mode & S_IFMT) == type;
}

extern "C" int remove_entry(const char *path, const struct stat * /*info*/, int /*type*/,
                            struct FTW * /*place*/) {
    ::remove(path);
    return 0;
}

} // namespace

void UniqueFd::reset(int fd) {
    if (fd_ >= 0)
        close(fd_);
    fd_ = fd;
}

Error system_error(std::string_view what, const std::filesystem::path &path, int code) {
    const std::string shown = escape(path.string());
    return {kind_of(code),
            fmt::format("cannot {} {}: {}", what, shown, std::generic_category().message(code)),
            hint_for(shown, code)};
}

UniqueFd open_file(const std::filesystem::path &path, int flags, int mode) {
    for (;;) {
        // O_NONBLOCK: opening a FIFO must not wait where no signal is seen.
        UniqueFd file(open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, mode));
        if (file) {
            if ((flags & (O_NONBLOCK | O_PATH)) == 0 && !is(file.get(), S_IFIFO))
                fcntl(file.get(), F_SETFL, fcntl(file.get(), F_GETFL) & ~O_NONBLOCK);
            return file;
        }
        const int code = errno;
        std::error_code ignored;
        if (code == EINTR)
            check_interrupt();
        else if (code == ENXIO && (flags & O_NONBLOCK) == 0 &&
                 std::filesystem::is_fifo(path, ignored))
            pause_for(k_reader_check);
        else
            throw system_error((flags & O_CREAT) != 0 ? "create" : "open", path, code);
    }
}

UniqueFd open_regular_file(const std::filesystem::path &path) {
    // O_NONBLOCK: opening a FIFO must not wait for a writer.
    UniqueFd file = open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);

    struct stat info {};

    if (fstat(file.get(), &info) != 0)
        throw system_error("read", path, errno);
    if (!S_ISREG(info.st_mode))
        throw Error(ErrorKind::invalid,
                    fmt::format("cannot read {}: it is {}", escape(path.string()),
                                S_ISDIR(info.st_mode) ? "a directory" : "not a regular file"));
    return file;
}

std::size_t read_some(int fd, std::span<char> buffer, const std::filesystem::path &path) {
    for (;;) {
        const ssize_t got = read(fd, buffer.data(), buffer.size());
        if (got >= 0)
            return static_cast<std::size_t>(got);
        if (errno == EINTR)
            check_interrupt();
        else if (errno == EAGAIN)
            wait_for_events(fd, POLLIN);
        else
            throw system_error("read", path, errno);
    }
}

namespace {

/// `more` reads into the buffer it is given; 0 at the end.
std::string read_all(const std::filesystem::path &path, std::size_t max_bytes,
                     const std::function<std::size_t(std::span<char>)> &more) {
    std::string result;
    std::string buffer(std::size_t{64} * 1024, '\0');
    while (const std::size_t got = more(buffer)) {
        if (got > max_bytes - result.size())
            throw Error(ErrorKind::invalid,
                        fmt::format("cannot read {}: it is larger than {}", escape(path.string()),
                                    format_bytes(max_bytes)));
        result.append(buffer, 0, got);
    }
    return result;
}

} // namespace

std::string read_file(const std::filesystem::path &path, std::size_t max_bytes) {
    const UniqueFd file = open_regular_file(path);
    return read_all(path, max_bytes,
                    [&](std::span<char> buffer) { return read_some(file.get(), buffer, path); });
}

std::string read_standard_input(std::size_t max_bytes) {
    const std::filesystem::path name = "standard input";
    return read_all(name, max_bytes, [&](std::span<char> buffer) {
        wait_for_events(STDIN_FILENO, POLLIN);
        return read_some(STDIN_FILENO, buffer, name);
    });
}

std::string read_if_there(const std::filesystem::path &path, std::size_t most) {
    const UniqueFd file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    std::string text;
    std::string buffer(std::min(most, std::size_t{64} * 1024), '\0');
    while (file && text.size() < most) {
        const ssize_t got =
            read(file.get(), buffer.data(), std::min(buffer.size(), most - text.size()));
        if (got <= 0)
            break;
        text.append(buffer, 0, static_cast<std::size_t>(got));
    }
    return text;
}

void write_all(int fd, std::string_view bytes, const std::filesystem::path &path) {
    while (!bytes.empty()) {
        const ssize_t written = write_ready(fd, bytes);
        if (written < 0)
            throw system_error("write", path, static_cast<int>(-written));
        bytes.remove_prefix(static_cast<std::size_t>(written));
        if (written == 0)
            wait_for_events(fd, POLLOUT);
        else if (!bytes.empty())
            check_interrupt();
    }
}

void write_file_atomically(const std::filesystem::path &path, std::string_view bytes, int mode) {
    write_file_atomically(
        path, [&](int fd) { write_all(fd, bytes, path); }, mode);
}

void write_file_atomically(const std::filesystem::path &path,
                           const std::function<void(int fd)> &write, int mode) {
    std::filesystem::path temporary = path;
    temporary.replace_filename(fmt::format(".{}.tmp", random_uuid()));
    const UniqueFd file = open_file(temporary, O_WRONLY | O_CREAT | O_EXCL, mode);
    RemoveOnFailure remove_on_failure(temporary);
    write(file.get());
    sync_file(file.get(), path);
    if (rename(temporary.c_str(), path.c_str()) != 0)
        throw system_error("write", path, errno);
    remove_on_failure.dismiss();
    sync_directory(path.has_parent_path() ? path.parent_path() : ".");
}

void sync_directory(const std::filesystem::path &path) {
    const UniqueFd directory = open_file(path, O_RDONLY | O_DIRECTORY);
    sync_file(directory.get(), path);
}

TemporaryDirectory::TemporaryDirectory(const std::filesystem::path &parent,
                                       std::string_view prefix) {
    std::string name = (parent / (std::string(prefix) + "XXXXXX")).string();
    if (mkdtemp(name.data()) == nullptr)
        throw system_error("create a directory in", parent, errno);
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
    // Stays on one filesystem: a mount left inside must not lose its files.
    constexpr int k_open_directories = 16;
    if (!path_.empty())
        nftw(path_.c_str(), remove_entry, k_open_directories, FTW_DEPTH | FTW_MOUNT | FTW_PHYS);
}

} // namespace retouch::base
