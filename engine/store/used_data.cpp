// Used data: extents through SEEK_DATA and SEEK_HOLE, and reading at an offset.
// The answer may be out of date by the time it is used when somebody writes to the file; callers
// work on private or published files, which nobody writes to.

#include "store/used_data.hpp"

#include "base/file.hpp"

#include <cerrno>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::store {

std::optional<Extent> next_extent(int fd, std::uint64_t from, const std::filesystem::path &path) {
    const off_t data = lseek(fd, static_cast<off_t>(from), SEEK_DATA);
    if (data < 0 && errno == ENXIO)
        return std::nullopt;
    if (data < 0 && (errno == EINVAL || errno == EOPNOTSUPP)) {
        const std::uint64_t size = file_size(fd, path);
        return from < size ? std::optional(Extent{from, size - from}) : std::nullopt;
    }
    if (data < 0)
        throw base::system_error("read", path, errno);
    const off_t hole = lseek(fd, data, SEEK_HOLE);
    if (hole < 0)
        throw base::system_error("read", path, errno);
    return Extent{static_cast<std::uint64_t>(data), static_cast<std::uint64_t>(hole - data)};
}

std::size_t read_at(int fd, std::uint64_t offset, std::span<char> buffer,
                    const std::filesystem::path &path) {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        const ssize_t got = pread(fd, buffer.data() + filled, buffer.size() - filled,
                                  static_cast<off_t>(offset + filled));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw base::system_error("read", path, errno);
        if (got == 0)
            break;
        filled += static_cast<std::size_t>(got);
    }
    return filled;
}

bool is_all_zero(std::string_view bytes) {
    // Equal to itself shifted by one, and the first is zero: all are, at the speed of memcmp.
    return bytes.empty() || (bytes.front() == '\0' &&
                             std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

std::uint64_t file_size(int fd, const std::filesystem::path &path) {
    struct stat info {};

    if (fstat(fd, &info) != 0)
        throw base::system_error("read", path, errno);
    return static_cast<std::uint64_t>(info.st_size);
}

} // namespace retouch::store
