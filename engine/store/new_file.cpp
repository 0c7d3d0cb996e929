// NewFile: creation with O_EXCL, a lock as the sign of life, renaming without replacing.
// The lock is advisory and only between instances of this program.
// Directories are not its business.

#include "store/new_file.hpp"

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "base/waiting.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::store {

namespace {

Error taken(const std::filesystem::path &path) {
    return {ErrorKind::refused, fmt::format("{} exists already", base::escape(path.string())),
            "nothing is ever overwritten; choose another name or move it away"};
}

base::UniqueFd create(const std::filesystem::path &path, int mode) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0 && errno == EEXIST)
        throw taken(path);
    if (fd < 0)
        throw base::system_error("create", path, errno);
    return base::UniqueFd(fd);
}

/// Without waiting; false when somebody else holds it.
bool lock(int fd) {
    return flock(fd, LOCK_EX | LOCK_NB) == 0;
}

/// Locks it; false where files cannot be locked.
bool lockable(const NewFile &file) {
    if (flock(file.fd(), LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno != EWOULDBLOCK && errno != EINTR)
        return false;
    if (!base::lock_within(file.fd(), LOCK_EX, file.path()))
        throw Error(
            ErrorKind::temporary,
            fmt::format("{} is locked by another process", base::escape(file.path().string())),
            "try again in a moment");
    return true;
}

bool has_name(int fd) {
    struct stat info {};

    return fstat(fd, &info) == 0 && info.st_nlink > 0;
}

/// Rename that fails with EEXIST rather than replace.
int rename_new(const std::filesystem::path &from, const std::filesystem::path &to) {
    if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    // The filesystem does not know the flag; a hard link does not replace either.
    return link(from.c_str(), to.c_str()) == 0 ? unlink(from.c_str()) : -1;
}

} // namespace

void refuse_taken(const std::filesystem::path &path) {
    struct stat info {};

    if (lstat(path.c_str(), &info) == 0)
        throw taken(path);
}

NewFile::NewFile(std::filesystem::path path, int mode)
    : path_(std::move(path)), fd_(create(path_, mode)) {}

NewFile NewFile::locked(const std::filesystem::path &path, int mode) {
    for (;;) {
        NewFile file(path, mode);
        // Between creation and lock it looks abandoned, and somebody may have removed it.
        if (!lockable(file) || has_name(file.fd()))
            return file;
    }
}

std::optional<NewFile> NewFile::resumed(const std::filesystem::path &path) {
    std::error_code failed;
    if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(path, failed)))
        return std::nullopt;
    base::UniqueFd fd = base::open_regular_file(path);
    if (!lock(fd.get()))
        return std::nullopt;
    return NewFile(path, std::move(fd));
}

NewFile::~NewFile() {
    if (path_.empty())
        return;
    unlink(path_.c_str());
    if (base::interrupt_due())
        base::close_apart(std::move(fd_));
}

void NewFile::sync() const {
    base::sync_file(fd(), path_);
}

void NewFile::move_to(const std::filesystem::path &path) {
    if (rename_new(path_, path) != 0)
        throw errno == EEXIST ? taken(path) : base::system_error("create", path, errno);
    path_ = path;
    base::sync_directory(path.parent_path());
}

bool remove_abandoned(const std::filesystem::path &path) {
    const base::UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!fd && errno == ENOENT)
        return true;
    if (!fd)
        throw base::system_error("open", path, errno);
    if (!lock(fd.get()))
        return false;
    remove_file(path);
    return true;
}

void remove_file(const std::filesystem::path &path) {
    if (unlink(path.c_str()) != 0 && errno != ENOENT)
        throw base::system_error("remove", path, errno);
}

} // namespace retouch::store
