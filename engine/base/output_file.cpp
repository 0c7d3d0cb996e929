// OutputFile: where a name leads is found out once, by lstat and readlink; what the kernel alone
// can follow (the links of /proc) is opened by its name. A link that another user put into a
// directory open to all is not followed, as the kernel does not.

#include "base/output_file.hpp"

#include "base/text.hpp"
#include "base/undelivered.hpp"
#include "base/uuid.hpp"
#include "base/working_directory.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::base {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_beginning = 4096;
constexpr std::size_t k_trial = std::size_t{64} * 1024;
constexpr int k_most_links = 40;

using Status = struct stat;

FileId id_of(const Status &status) {
    return {status.st_dev, status.st_ino};
}

std::optional<Status> look(const fs::path &path, bool follow) {
    Status status{};
    const int result = follow ? stat(path.c_str(), &status) : lstat(path.c_str(), &status);
    if (result == 0)
        return status;
    if (errno == ENOENT)
        return std::nullopt;
    throw system_error("look at", path, errno);
}

fs::path directory_of(const fs::path &path) {
    return path.has_parent_path() ? path.parent_path() : ".";
}

void require_safe_link(const fs::path &path, const Status &link) {
    const auto directory = look(directory_of(path), true);
    const bool open_to_all =
        directory && (directory->st_mode & S_ISVTX) != 0 && (directory->st_mode & S_IWOTH) != 0;
    if (open_to_all && link.st_uid != geteuid() && link.st_uid != directory->st_uid)
        throw Error(ErrorKind::usage,
                    fmt::format("{} is a link another user made in a directory open to all",
                                escape(path.string())),
                    "name the file it should lead to, or write into a directory of your own");
}

fs::path link_target(const fs::path &path) {
    std::array<char, PATH_MAX> text{};
    const ssize_t length = readlink(path.c_str(), text.data(), text.size());
    if (length < 0)
        throw system_error("follow", path, errno);
    return std::string(text.data(), static_cast<std::size_t>(length));
}

/// The name behind all links, which need not exist.
fs::path follow(fs::path path) {
    for (int links = 0;; ++links) {
        const auto status = look(path, false);
        if (!status || !S_ISLNK(status->st_mode))
            return path;
        if (links == k_most_links)
            throw system_error("follow", path, ELOOP);
        require_safe_link(path, *status);
        path = directory_of(path) / link_target(path);
    }
}

/// The standard stream that is this very file: a second opening would begin at its start again.
int stream_that_is(const Status &status) {
    for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
        Status other{};
        if (fstat(stream, &other) == 0 && id_of(other) == id_of(status))
            return stream;
    }
    return -1;
}

Error not_replaced(const fs::path &path, const std::string &what) {
    return {ErrorKind::usage, fmt::format("{} is {}", escape(path.string()), what),
            "choose another name, or move it away"};
}

std::string beginning_of(const fs::path &path) {
    const UniqueFd file = open_regular_file(path);
    std::string bytes(k_beginning, '\0');
    bytes.resize(read_some(file.get(), bytes, path));
    return bytes;
}

void require_same_kind(const fs::path &path, const Status &status, const OutputKind &kind) {
    if (S_ISREG(status.st_mode)) {
        if (status.st_size > 0 && !kind.is_beginning(beginning_of(path)))
            throw not_replaced(path, fmt::format("not {}; it is not overwritten", kind.name));
    } else if (S_ISDIR(status.st_mode)) {
        throw not_replaced(path, "a directory");
    } else if (!S_ISCHR(status.st_mode) && !S_ISFIFO(status.st_mode)) {
        throw not_replaced(path, S_ISBLK(status.st_mode) ? "a disk; it is not overwritten"
                                                         : "neither a file nor a pipe");
    }
}

Error cannot_create(const fs::path &path, int code) {
    Error error = system_error("create", path, code);
    if (code != ENOENT)
        return error;
    return {error.kind(), error.what(),
            fmt::format("make the directory {} first", escape(directory_of(path).string()))};
}

} // namespace

std::optional<FileId> file_id(const fs::path &path) {
    Status status{};
    return stat(path.c_str(), &status) == 0 ? std::optional(id_of(status)) : std::nullopt;
}

OutputFile::OutputFile(fs::path path, OutputKind kind)
    : path_(std::move(path)), kind_(std::move(kind)) {
    target_ = absolute_path(follow(path_)).lexically_normal();
    const auto status = look(path_, true);
    if (!status)
        return;
    id_ = id_of(*status);
    replaced_ = false;
    if (stream_that_is(*status) >= 0)
        return;
    require_same_kind(path_, *status, kind_);
    // A link of /proc may say where a file was and is no more.
    replaced_ = S_ISREG(status->st_mode) && file_id(target_) == id_;
}

void OutputFile::prepare() {
    if (std::exchange(prepared_, true))
        return;
    if (replaced_) {
        fs::path trial = target_;
        trial.replace_filename(fmt::format(".{}.tmp", random_uuid()));
        const UniqueFd file(
            open(trial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kind_.mode));
        if (!file)
            throw cannot_create(path_, errno);
        unlink(trial.c_str());
        write_all(file.get(), std::string(k_trial, '\n'), path_);
        return;
    }
    const auto status = look(path_, true);
    const int stream = status ? stream_that_is(*status) : -1;
    if (stream >= 0)
        open_ = UniqueFd(fcntl(stream, F_DUPFD_CLOEXEC, 0));
    else
        open_ = open_file(path_, O_WRONLY | O_NOCTTY);
    if (!open_)
        throw system_error("open", path_, errno);
}

void OutputFile::write(std::string_view bytes) {
    write([&](int fd) { write_all(fd, bytes, path_); });
}

void OutputFile::write(const std::function<void(int fd)> &write) {
    try {
        if (replaced_) {
            write_file_atomically(target_, write, kind_.mode);
            return;
        }
        prepare();
        write(open_.get());
        open_.reset();
    } catch (const Error &error) {
        if (error.kind() != ErrorKind::failed && error.kind() != ErrorKind::not_authorised)
            throw;
        throw Undelivered(error);
    }
}

UniqueFd OutputFile::stream() {
    prepare();
    if (!replaced_)
        return std::move(open_);
    UniqueFd file =
        open_file(target_, O_WRONLY | O_NOFOLLOW | (id_ ? 0 : O_CREAT | O_EXCL), kind_.mode);
    Status status{};
    if (fstat(file.get(), &status) != 0 || (id_ && id_of(status) != *id_))
        throw Error(ErrorKind::failed,
                    fmt::format("{} was replaced meanwhile", escape(path_.string())),
                    "run the command again");
    if (fchmod(file.get(), static_cast<mode_t>(kind_.mode)) != 0 || ftruncate(file.get(), 0) != 0)
        throw system_error("write", path_, errno);
    return file;
}

} // namespace retouch::base
