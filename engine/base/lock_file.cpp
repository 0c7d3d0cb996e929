#include "base/lock_file.hpp"

#include "base/text.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::base {

namespace {

/// The file may have been removed, and made anew by someone else, between opening and locking it.
bool still_named(int fd, const std::filesystem::path &path) {
    struct stat opened {};

    struct stat named {};

    return fstat(fd, &opened) == 0 && stat(path.c_str(), &named) == 0 &&
           opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

void require_regular(int fd, const std::filesystem::path &path) {
    struct stat info {};

    if (fstat(fd, &info) == 0 && !S_ISREG(info.st_mode))
        throw Error(ErrorKind::failed,
                    fmt::format("cannot lock {}: it is not a regular file", escape(path.string())),
                    "remove it, and run again");
}

} // namespace

std::optional<LockFile> LockFile::try_take(const std::filesystem::path &path) {
    for (;;) {
        UniqueFd fd = open_file(path, O_RDWR | O_CREAT, 0600);
        require_regular(fd.get(), path);
        if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK)
                return std::nullopt;
            throw system_error("lock", path, errno);
        }
        if (still_named(fd.get(), path))
            return LockFile(std::move(fd), path);
    }
}

void LockFile::write(std::string_view text) {
    if (ftruncate(fd_.get(), 0) != 0 || lseek(fd_.get(), 0, SEEK_SET) != 0)
        throw system_error("write", path_, errno);
    write_all(fd_.get(), text, path_);
}

} // namespace retouch::base
