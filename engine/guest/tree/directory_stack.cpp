#include "guest/tree/directory_stack.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr std::size_t k_most_open = 16;
constexpr int k_how = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

} // namespace

DirectoryStack::~DirectoryStack() {
    for (std::size_t at = 1; at < levels_.size(); ++at)
        if (levels_[at].fd >= 0)
            close(levels_[at].fd);
}

bool DirectoryStack::enter(const char *name) {
    struct stat status {};

    const int inner = openat(fd(), name, k_how);
    if (inner < 0)
        return false;
    if (fstat(inner, &status) != 0) {
        close(inner);
        return false;
    }
    levels_.push_back({inner, status.st_dev, status.st_ino});
    if (depth() > k_most_open) {
        Level &outer = levels_[levels_.size() - 1 - k_most_open];
        if (outer.fd >= 0)
            close(outer.fd);
        outer.fd = -1;
    }
    return true;
}

bool DirectoryStack::leave() {
    struct stat status {};

    const int inner = fd();
    levels_.pop_back();
    Level &outer = levels_.back();
    if (outer.fd < 0) {
        outer.fd = openat(inner, "..", k_how);
        if (outer.fd >= 0 && (fstat(outer.fd, &status) != 0 || status.st_dev != outer.device ||
                              status.st_ino != outer.inode)) {
            close(outer.fd);
            outer.fd = -1;
            errno = ESTALE;
        }
    }
    const int code = errno;
    close(inner);
    errno = code;
    return outer.fd >= 0;
}

} // namespace retouch::guest
