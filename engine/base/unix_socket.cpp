#include "base/unix_socket.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <sys/un.h>

namespace retouch::base {

UniqueFd connected_if_served(const std::filesystem::path &path, int type) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string text = path.string();
    if (text.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return {};
    }
    text.copy(address.sun_path, text.size());
    // The kernel's interface wants it so.
    const auto *generic = reinterpret_cast<const sockaddr *>(&address);
    UniqueFd socket_fd(socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    if (!socket_fd || connect(socket_fd.get(), generic, sizeof address) == 0)
        return socket_fd;
    return {};
}

} // namespace retouch::base
