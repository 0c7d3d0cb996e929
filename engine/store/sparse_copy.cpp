// Sparse copy: FICLONE, else reading and writing extent by extent.
// Plain reads and writes measure as fast as copy_file_range on local filesystems and let blocks of
// zeros be left out, so an image that arrives fully allocated is sparse from then on.

#include "store/sparse_copy.hpp"

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "store/used_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <linux/fs.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace retouch::store {

namespace {

constexpr std::size_t k_buffer = std::size_t{1024} * 1024;
constexpr std::size_t k_block = std::size_t{64} * 1024; ///< zeros are left out in this unit
constexpr std::uint64_t k_sector = 512;                 ///< the unit of st_blocks

void write_at(const NewFile &file, std::uint64_t offset, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written =
            pwrite(file.fd(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            throw base::system_error("write", file.path(), errno);
        bytes.remove_prefix(static_cast<std::size_t>(written));
        offset += static_cast<std::uint64_t>(written);
    }
}

/// Length of the leading blocks of `bytes` that are alike: all zero or all not.
std::size_t run_length(std::string_view bytes, bool zero) {
    std::size_t length = 0;
    while (length < bytes.size() && is_all_zero(bytes.substr(length, k_block)) == zero)
        length += std::min(k_block, bytes.size() - length);
    return length;
}

} // namespace

void write_used(const NewFile &file, std::uint64_t offset, std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t zeros = run_length(bytes, true);
        const std::size_t used = run_length(bytes.substr(zeros), false);
        write_at(file, offset + zeros, bytes.substr(zeros, used));
        bytes.remove_prefix(zeros + used);
        offset += zeros + used;
    }
}

void copy_sparse(int source, const std::filesystem::path &source_path, NewFile &target) {
    if (clone_blocks(source, target))
        return;
    if (ftruncate(target.fd(), static_cast<off_t>(file_size(source, source_path))) != 0)
        throw base::system_error("write", target.path(), errno);
    std::string buffer(k_buffer, '\0');
    for (auto extent = next_extent(source, 0, source_path); extent;
         extent = next_extent(source, extent->offset + extent->length, source_path)) {
        for (std::uint64_t done = 0; done < extent->length;) {
            base::check_interrupt();
            const std::size_t wanted =
                static_cast<std::size_t>(std::min<std::uint64_t>(k_buffer, extent->length - done));
            const std::uint64_t offset = extent->offset + done;
            const std::size_t got =
                read_at(source, offset, std::span(buffer).first(wanted), source_path);
            if (got < wanted)
                throw Error(ErrorKind::failed,
                            fmt::format("{} became shorter while it was copied",
                                        base::escape(source_path.string())),
                            "run again when nothing else writes to it");
            write_used(target, offset, std::string_view(buffer).substr(0, got));
            done += got;
        }
    }
    target.start_sync();
}

bool clone_blocks(int source, const NewFile &target) {
    return ioctl(target.fd(), FICLONE, source) == 0;
}

void require_space(const std::filesystem::path &directory, std::uint64_t bytes) {
    struct statvfs info {};

    if (statvfs(directory.c_str(), &info) != 0)
        throw base::system_error("look at", directory, errno);
    const std::uint64_t available = std::uint64_t{info.f_bavail} * info.f_frsize;
    if (available < bytes)
        throw Error(ErrorKind::failed,
                    fmt::format("not enough space in {}: the copy takes {}, {} are free",
                                base::escape(directory.string()), base::format_bytes(bytes),
                                base::format_bytes(available)),
                    "free some space there, or keep the catalog on a larger filesystem");
}

std::uint64_t allocated_bytes(int fd, const std::filesystem::path &path) {
    struct stat info {};

    if (fstat(fd, &info) != 0)
        throw base::system_error("read", path, errno);
    return static_cast<std::uint64_t>(info.st_blocks) * k_sector;
}

} // namespace retouch::store
