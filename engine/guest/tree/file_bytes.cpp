// Descriptors are closed by hand's reach: this file is part of a program without our base layer.

#include "guest/tree/file_bytes.hpp"

#include "guest/tree/file_digest.hpp"
#include "guest/tree/open_below.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

class RegularFile {
  public:
    RegularFile(int root, const std::string &path) {
        fd_ =
            open_below(root, std::string_view(path).substr(1), O_RDONLY | O_NONBLOCK | O_NOFOLLOW);

        struct stat status {};

        if (fd_ >= 0 && (fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode))) {
            close(fd_);
            fd_ = -1;
            errno = EINVAL;
        }
    }

    ~RegularFile() {
        const int code = errno;
        if (fd_ >= 0)
            close(fd_);
        errno = code;
    }

    RegularFile(const RegularFile &) = delete;
    RegularFile &operator=(const RegularFile &) = delete;

    [[nodiscard]] int fd() const { return fd_; }

  private:
    int fd_ = -1;
};

} // namespace

std::optional<std::string> read_bytes(int root, const std::string &path, std::uint64_t size) {
    const RegularFile file(root, path);
    if (file.fd() < 0)
        return std::nullopt;
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
        const ssize_t got = read(file.fd(), bytes.data() + have, bytes.size() - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return std::nullopt;
        if (got == 0)
            break;
        have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
}

std::optional<std::string> digest_bytes(int root, const std::string &path, const TreeTools &tools) {
    const RegularFile file(root, path);
    if (file.fd() < 0)
        return std::nullopt;
    return digest_file(file.fd(), tools);
}

} // namespace retouch::guest
