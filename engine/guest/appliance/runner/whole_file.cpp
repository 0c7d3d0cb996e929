#include "guest/appliance/runner/whole_file.hpp"

#include <array>
#include <fcntl.h>
#include <unistd.h>

namespace retouch::guest {

std::string read_whole(const char *path) {
    std::string text;
    std::array<char, 65536> buffer; // filled before it is read
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    for (ssize_t got = 0; file >= 0 && (got = read(file, buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(got));
    close(file);
    return text;
}

bool write_whole(const char *path, std::string_view bytes, mode_t mode) {
    unlink(path);
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file < 0)
        return false;
    const bool written = write_all_to(file, bytes);
    return close(file) == 0 && written;
}

bool write_all_to(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t put = write(fd, bytes.data(), bytes.size());
        if (put <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

} // namespace retouch::guest
