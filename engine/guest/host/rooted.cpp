// Looking at files below a root: openat2 with RESOLVE_IN_ROOT, then only descriptors. A file is
// opened for reading only after its type is known, so no device or fifo of the image is ever
// opened.

#include "guest/host/rooted.hpp"

#include "base/digest.hpp"
#include "base/interrupt.hpp"
#include "base/path.hpp"
#include "guest/host/directory_names.hpp"
#include "guest/refusals.hpp"
#include "guest/tree/unchangeable.hpp"
#include "model/attributes.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <memory>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr int k_resolve_tries = 16;
constexpr std::size_t k_piece = std::size_t{256} * 1024;

FileInfo to_info(const struct stat &status) {
    FileInfo info;
    info.type = S_ISREG(status.st_mode)   ? FileInfo::Type::regular
                : S_ISDIR(status.st_mode) ? FileInfo::Type::directory
                : S_ISLNK(status.st_mode) ? FileInfo::Type::symlink
                                          : FileInfo::Type::other;
    info.mode = status.st_mode & 07777;
    info.uid = status.st_uid;
    info.gid = status.st_gid;
    info.size = static_cast<std::uint64_t>(status.st_size);
    return info;
}

bool is_absence(int code) {
    return code == ENOENT || code == ENOTDIR;
}

/// Up to `bytes` bytes from the start.
std::string read_front(int fd, std::size_t bytes, const std::string &path) {
    std::string text;
    std::array<char, 16384> buffer;
    while (text.size() < bytes) {
        const ssize_t got = ::read(fd, buffer.data(), std::min(buffer.size(), bytes - text.size()));
        if (got < 0)
            throw refusal::file_operation("read", path, errno);
        if (got == 0)
            break;
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
}

} // namespace

Rooted::Rooted(const std::filesystem::path &root)
    : root_(base::open_file(root, O_RDONLY | O_DIRECTORY)) {}

int Rooted::open_at_root(const std::string &path, int flags) const {
    open_how how{};
    how.flags = static_cast<__u64>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    // EAGAIN: something was renamed while ".." was resolved.
    for (int tries = 0;; ++tries) {
        const long fd = syscall(SYS_openat2, root_.get(), path.c_str(), &how, sizeof how);
        if (fd >= 0 || errno != EAGAIN || tries == k_resolve_tries)
            return static_cast<int>(fd);
    }
}

base::UniqueFd Rooted::open_parent(const std::string &path, const char *what) const {
    if (!base::is_normal_absolute(path) || path == "/")
        throw refusal::file_operation(what, path, EINVAL);
    base::UniqueFd parent(open_at_root(base::parent_path(path), O_PATH | O_DIRECTORY));
    if (!parent)
        throw refusal::file_operation(what, path, errno);
    return parent;
}

base::UniqueFd Rooted::open_regular(const std::string &path) const {
    const base::UniqueFd found(open_at_root(path, O_PATH));

    struct stat status {};

    if (!found || fstat(found.get(), &status) != 0)
        throw refusal::file_operation("read", path, errno);
    if (!S_ISREG(status.st_mode))
        throw refusal::not_regular(path);
    base::UniqueFd file(
        open(fmt::format("/proc/self/fd/{}", found.get()).c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        throw refusal::file_operation("read", path, errno);
    return file;
}

std::optional<FileInfo> Rooted::lstat(const std::string &path) const {
    const bool is_root = path == "/";
    const base::UniqueFd parent(
        open_at_root(is_root ? path : base::parent_path(path), O_PATH | O_DIRECTORY));

    struct stat status {};

    const std::string name = is_root ? "." : base::base_name(path);
    if (parent && fstatat(parent.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
        return to_info(status);
    if (is_absence(errno))
        return std::nullopt;
    throw refusal::file_operation("look at", path, errno);
}

bool Rooted::is_unchangeable(const std::string &path) const {
    const bool is_root = path == "/";
    const base::UniqueFd parent(
        open_at_root(is_root ? path : base::parent_path(path), O_PATH | O_DIRECTORY));
    return parent && retouch::guest::is_unchangeable(parent.get(),
                                                     is_root ? "." : base::base_name(path).c_str());
}

std::string Rooted::read(const std::string &path, std::size_t max_bytes) const {
    const base::UniqueFd file = open_regular(path);
    std::string text = read_front(file.get(), max_bytes + 1, path);
    if (text.size() > max_bytes)
        throw refusal::too_large(path, max_bytes);
    return text;
}

std::optional<std::string> Rooted::head(const std::string &path, std::size_t bytes) const {
    const base::UniqueFd found(open_at_root(path, O_PATH));

    struct stat status {};

    if (!found || fstat(found.get(), &status) != 0 || !S_ISREG(status.st_mode))
        return std::nullopt;
    return read_front(open_regular(path).get(), bytes, path);
}

std::string Rooted::sha256(const std::string &path) const {
    const base::UniqueFd file = open_regular(path);
    base::Digest digest(base::Digest::Algorithm::sha256);
    const auto buffer = std::make_unique<std::array<char, k_piece>>();
    for (;;) {
        base::check_interrupt();
        const ssize_t got = ::read(file.get(), buffer->data(), buffer->size());
        if (got < 0)
            throw refusal::file_operation("read", path, errno);
        if (got == 0)
            return digest.finish();
        digest.update({buffer->data(), static_cast<std::size_t>(got)});
    }
}

std::string Rooted::read_link(const std::string &path) const {
    const base::UniqueFd parent = open_parent(path, "read the link");
    std::array<char, 4096> target{};
    const ssize_t size =
        readlinkat(parent.get(), base::base_name(path).c_str(), target.data(), target.size());
    if (size < 0)
        throw refusal::file_operation("read the link", path, errno);
    return {target.data(), static_cast<std::size_t>(size)};
}

std::optional<std::string> Rooted::label(const std::string &path) const {
    const base::UniqueFd entry(open_at_root(path, O_PATH | O_NOFOLLOW));
    std::array<char, 4096> value{};
    const std::string name = fmt::format("/proc/self/fd/{}", entry.get());
    const ssize_t size =
        entry ? getxattr(name.c_str(), model::k_label_attribute, value.data(), value.size()) : -1;
    if (size >= 0)
        return std::string(value.data(), strnlen(value.data(), static_cast<std::size_t>(size)));
    if (entry && (errno == ENODATA || errno == EOPNOTSUPP))
        return std::nullopt;
    throw refusal::file_operation("look at", path, errno);
}

std::vector<DirectoryEntry> Rooted::list(const std::string &path) const {
    const base::UniqueFd directory(open_at_root(path, O_RDONLY | O_DIRECTORY));
    if (!directory && is_absence(errno))
        return {};
    if (!directory)
        throw refusal::file_operation("list", path, errno);
    std::vector<DirectoryEntry> entries;
    for (const std::string &name : directory_names(directory.get(), "list", path)) {
        struct stat status {};

        if (fstatat(directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
            throw refusal::file_operation("look at", base::join(path, name), errno);
        entries.push_back({name, to_info(status)});
    }
    std::ranges::sort(entries, {}, &DirectoryEntry::name);
    return entries;
}

void Rooted::sync() const {
    if (syncfs(root_.get()) != 0)
        throw Error(ErrorKind::failed,
                    fmt::format("the guest's data could not be written: {}", std::strerror(errno)),
                    "the host's disk may be full");
}

} // namespace retouch::guest
