// Plain system calls on paths: nothing of the guest runs while they are made or taken away.

#include "guest/appliance/runner/made_points.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

std::string parent_of(const std::string &path) {
    return path.substr(0, path.rfind('/'));
}

bool same(const timespec &a, const timespec &b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool make(const std::string &path, mode_t type) {
    if (type == S_IFDIR)
        return mkdir(path.c_str(), 0755) == 0;
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    return file >= 0 && close(file) == 0;
}

} // namespace

bool MadePoints::ensure(const std::string &path, mode_t type) {
    struct stat status {};

    if (lstat(path.c_str(), &status) == 0)
        return (status.st_mode & S_IFMT) == type;
    Made made{path, type, {}, {}};
    const std::string parent = parent_of(path);
    if (stat(parent.c_str(), &made.before) != 0 || !make(path, type))
        return false;
    stat(parent.c_str(), &made.after);
    made_.push_back(made);
    return true;
}

void MadePoints::take_away() {
    for (auto made = made_.rbegin(); made != made_.rend(); ++made) {
        const std::string parent = parent_of(made->path);

        struct stat now {};

        struct stat entry {};

        stat(parent.c_str(), &now);
        if (lstat(made->path.c_str(), &entry) != 0 || (entry.st_mode & S_IFMT) != made->type)
            continue;
        const bool gone = made->type == S_IFDIR
                              ? rmdir(made->path.c_str()) == 0
                              : entry.st_size == 0 && unlink(made->path.c_str()) == 0;
        if (!gone)
            continue;
        // What the command itself did to the directory keeps its time.
        const bool untouched = same(now.st_mtim, made->after.st_mtim);
        const timespec times[2] = {made->before.st_atim,
                                   untouched ? made->before.st_mtim : now.st_mtim};
        utimensat(AT_FDCWD, parent.c_str(), times, 0);
    }
    made_.clear();
}

} // namespace retouch::guest
