// The kernel takes paths of up to PATH_MAX bytes: longer ones are walked in pieces.

#include "guest/tree/open_below.hpp"

#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

int open_piece(int directory, std::string_view path, int flags) {
    open_how how{};
    how.flags = static_cast<unsigned long long>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    return static_cast<int>(
        syscall(SYS_openat2, directory, std::string(path).c_str(), &how, sizeof how));
}

} // namespace

int open_below(int root, std::string_view path, int flags) {
    int directory = root;
    const auto step = [&](std::string_view piece, int how) {
        const int next = open_piece(directory, piece, how);
        const int code = errno;
        if (directory != root)
            close(directory);
        errno = code;
        return directory = next;
    };
    while (path.size() >= PATH_MAX) {
        const std::size_t cut = path.rfind('/', PATH_MAX - 1);
        if (cut == std::string_view::npos)
            break; // a name that is too long
        if (step(path.substr(0, cut), O_PATH | O_DIRECTORY) < 0)
            return -1;
        path.remove_prefix(cut + 1);
    }
    return step(path, flags);
}

} // namespace retouch::guest
