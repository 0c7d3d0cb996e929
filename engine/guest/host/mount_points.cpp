// Making and taking away the mount points a guest lacks, so that its image stays as it was.

#include "guest/host/mount_points.hpp"

#include "base/path.hpp"
#include "guest/refusals.hpp"
#include "guest/resolve.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

/// When it was read and when changed, as futimens() takes them.
std::array<timespec, 2> times_of(int directory) {
    struct stat status {};

    fstat(directory, &status);
    return {status.st_atim, status.st_mtim};
}

bool same(const timespec &a, const timespec &b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

} // namespace

struct MountPoints::Made {
    base::UniqueFd parent;
    std::string name;
    FileInfo::Type type;
    std::array<timespec, 2> before{}; ///< of the parent
    std::array<timespec, 2> after{};
};

MountPoints::MountPoints(const GuestView &guest, const Rooted &files)
    : guest_(guest), files_(files) {}

MountPoints::~MountPoints() {
    for (auto made = made_.rbegin(); made != made_.rend(); ++made) {
        struct stat status {};

        const int parent = made->parent.get();
        const std::array now = times_of(parent);
        if (fstatat(parent, made->name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        const bool is_directory = made->type == FileInfo::Type::directory;
        if (is_directory ? !S_ISDIR(status.st_mode)
                         : !S_ISREG(status.st_mode) || status.st_size != 0)
            continue;
        if (unlinkat(parent, made->name.c_str(), is_directory ? AT_REMOVEDIR : 0) != 0)
            continue;
        // What the command itself did to the directory keeps its time.
        const bool untouched = same(now[1], made->after[1]);
        const timespec times[2] = {made->before[0], untouched ? made->before[1] : now[1]};
        futimens(parent, times);
    }
}

std::string MountPoints::directory(const std::string &path) {
    return ensure(path, FileInfo::Type::directory);
}

std::string MountPoints::file(const std::string &path) {
    return ensure(path, FileInfo::Type::regular);
}

std::string MountPoints::ensure(const std::string &path, FileInfo::Type type) {
    constexpr const char *what = "make a mount point of";
    std::string resolved = resolve_in_guest(guest_, path);
    if (const std::optional<FileInfo> info = guest_.lstat(resolved)) {
        if (info->type != type)
            throw refusal::file_operation(what, resolved,
                                          type == FileInfo::Type::directory ? ENOTDIR : EINVAL);
        return resolved;
    }
    const base::UniqueFd found = files_.open_parent(resolved, what);
    Made made{base::UniqueFd(openat(found.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
              base::base_name(resolved),
              type,
              {},
              {}};
    const int parent = made.parent.get();
    made.before = times_of(parent);
    if (type == FileInfo::Type::directory) {
        if (mkdirat(parent, made.name.c_str(), 0755) != 0)
            throw refusal::file_operation(what, resolved, errno);
    } else {
        const base::UniqueFd file(
            openat(parent, made.name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
        if (!file)
            throw refusal::file_operation(what, resolved, errno);
    }
    made.after = times_of(parent);
    made_.push_back(std::move(made));
    return resolved;
}

} // namespace retouch::guest
