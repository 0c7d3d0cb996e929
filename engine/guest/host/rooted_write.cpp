// Writing below a root: new contents under a temporary name beside the old entry, then renamed over
// it, so that a final link is replaced and a failure leaves the old file.

#include "guest/host/remove_tree.hpp"
#include "guest/host/rooted.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "guest/kept_attributes.hpp"
#include "guest/refusals.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

/// An entry under a temporary name: renamed to its place, or removed.
class Replacement {
  public:
    Replacement(int parent, const std::string &path)
        : parent_(parent), path_(path), name_(".retouch-" + base::random_uuid()) {}

    ~Replacement() {
        if (!name_.empty())
            unlinkat(parent_, name_.c_str(), 0);
    }

    Replacement(const Replacement &) = delete;
    Replacement &operator=(const Replacement &) = delete;

    [[nodiscard]] const char *name() const { return name_.c_str(); }

    void put_in_place(const char *what) {
        if (renameat(parent_, name_.c_str(), parent_, base::base_name(path_).c_str()) != 0)
            throw refusal::file_operation(what, path_, errno);
        name_.clear();
    }

  private:
    int parent_;
    const std::string &path_;
    std::string name_;
};

void write_bytes(int fd, std::uint64_t offset, std::string_view bytes, const std::string &path) {
    while (!bytes.empty()) {
        const ssize_t put = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            throw refusal::file_operation("write", path, errno);
        bytes.remove_prefix(static_cast<std::size_t>(put));
        offset += static_cast<std::uint64_t>(put);
    }
}

/// What the kernel has and does not hand out of `old` is not there for the new file either.
void keep_attributes(const char *old, int fd, const std::string &path) {
    constexpr std::size_t largest = 65536; // the kernel's bound, for a list and for a value
    std::string names(largest, '\0');
    const ssize_t size = listxattr(old, names.data(), names.size());
    names.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    std::string value;
    for (std::size_t at = 0; at < names.size(); at += std::strlen(names.c_str() + at) + 1) {
        const char *name = names.c_str() + at;
        if (!is_kept_on_replacing(name))
            continue;
        value.resize(largest);
        const ssize_t length = getxattr(old, name, value.data(), value.size());
        if (length >= 0 &&
            fsetxattr(fd, name, value.data(), static_cast<std::size_t>(length), 0) != 0)
            throw refusal::file_operation(
                fmt::format("keep the attribute {} of", base::escape(name)), path, errno);
    }
}

/// Of the regular file that is replaced, if there is one.
void keep_attributes(int parent, const std::string &name, int fd, const std::string &path) {
    const base::UniqueFd old(openat(parent, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));

    struct stat status {};

    if (old && fstat(old.get(), &status) == 0 && S_ISREG(status.st_mode))
        keep_attributes(fmt::format("/proc/self/fd/{}", old.get()).c_str(), fd, path);
}

/// Owner before mode: changing the owner clears the set-id bits.
void set_owner_and_mode(int fd, const std::string &path, std::uint32_t mode, std::uint32_t uid,
                        std::uint32_t gid) {
    const std::string name = fmt::format("/proc/self/fd/{}", fd);
    if (chown(name.c_str(), uid, gid) != 0)
        throw refusal::file_operation("set the owner of", path, errno);
    if (chmod(name.c_str(), mode) != 0)
        throw refusal::file_operation("set the mode of", path, errno);
}

} // namespace

void Rooted::write(const std::string &path, const Pieces &pieces, std::uint32_t mode,
                   std::uint32_t uid, std::uint32_t gid) const {
    const base::UniqueFd parent = open_parent(path, "write");
    Replacement replacement(parent.get(), path);
    const base::UniqueFd file(openat(parent.get(), replacement.name(),
                                     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file)
        throw refusal::file_operation("write", path, errno);
    const std::uint64_t size = pieces([&](std::uint64_t offset, std::string_view bytes) {
        write_bytes(file.get(), offset, bytes, path);
    });
    // What ends in a hole is that long all the same.
    if (ftruncate(file.get(), static_cast<off_t>(size)) != 0)
        throw refusal::file_operation("write", path, errno);
    keep_attributes(parent.get(), base::base_name(path), file.get(), path);
    set_owner_and_mode(file.get(), path, mode, uid, gid);
    replacement.put_in_place("write");
}

void Rooted::make_directory(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                            std::uint32_t gid) const {
    const base::UniqueFd parent = open_parent(path, "create the directory");
    const std::string name = base::base_name(path);
    if (mkdirat(parent.get(), name.c_str(), 0700) != 0)
        throw refusal::file_operation("create the directory", path, errno);
    const base::UniqueFd directory(
        openat(parent.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!directory)
        throw refusal::file_operation("create the directory", path, errno);
    set_owner_and_mode(directory.get(), path, mode, uid, gid);
}

void Rooted::make_link(const std::string &target, const std::string &path) const {
    const base::UniqueFd parent = open_parent(path, "create the link");
    Replacement replacement(parent.get(), path);
    if (symlinkat(target.c_str(), parent.get(), replacement.name()) != 0)
        throw refusal::file_operation("create the link", path, errno);
    replacement.put_in_place("create the link");
}

void Rooted::set_attributes(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                            std::uint32_t gid) const {
    const std::optional<FileInfo> info = lstat(path);
    const int absent = info ? ELOOP : ENOENT;
    if (!info || info->type == FileInfo::Type::symlink)
        throw refusal::file_operation("set the mode and owner of", path, absent);
    const base::UniqueFd entry(open_at_root(path, O_PATH | O_NOFOLLOW));
    if (!entry)
        throw refusal::file_operation("set the mode and owner of", path, errno);
    set_owner_and_mode(entry.get(), path, mode, uid, gid);
}

void Rooted::remove(const std::string &path) const {
    if (!lstat(path))
        return;
    const base::UniqueFd parent = open_parent(path, "remove");
    remove_tree(parent.get(), base::base_name(path), path);
}

} // namespace retouch::guest
