// The whole tree of a guest, looked at before and after each step that is observed: the difference
// is what the step did, whatever the step says of itself. It is therefore the one thing that must
// be both complete and quick: a distribution has some ten thousand entries, and recipes have many
// steps.
//
// Depth first, names sorted, without recursion: a guest may nest directories as deep as it likes.
// Each entry is reached from the descriptor of its directory and links are never followed, so that
// nothing in a guest can lead the walk outside. Most of the time goes into fstatat; whatever else
// costs a call (attributes, targets of links, digests) is taken over from the walk before where
// inode, size and both times prove that nobody wrote to it.
//
// That proof needs care. Filesystems note times in ticks of the kernel, or in whole seconds: a
// change in the tick of the last look would look like none. So a walk does not return before the
// clock has moved on (outwait_the_tick). What is on tmpfs, proc or sysfs is this machine's and is
// passed over; a guest's own mounts are gone into. Memory is bounded: a tree that needs more is an
// error, not a slow death of the host.

#include "guest/tree/tree_walk.hpp"

#include "guest/tree/directory_stack.hpp"
#include "guest/tree/extended_attributes.hpp"
#include "guest/tree/read_ahead.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <limits>
#include <linux/magic.h>
#include <memory>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr std::size_t k_entries_between_pauses = 4096;
constexpr std::int64_t k_in_a_second = 1'000'000'000;

/// Of times of inodes, both included.
struct Span {
    std::int64_t first = std::numeric_limits<std::int64_t>::min();
    std::int64_t last = std::numeric_limits<std::int64_t>::max();
};

std::int64_t nanoseconds(const timespec &time) {
    return static_cast<std::int64_t>(time.tv_sec) * k_in_a_second + time.tv_nsec;
}

FileInfo::Type type_of(mode_t mode) {
    return S_ISREG(mode)   ? FileInfo::Type::regular
           : S_ISDIR(mode) ? FileInfo::Type::directory
           : S_ISLNK(mode) ? FileInfo::Type::symlink
                           : FileInfo::Type::other;
}

TreeEntry to_entry(const struct stat &status) {
    TreeEntry entry;
    entry.info.type = type_of(status.st_mode);
    entry.info.mode = status.st_mode & 07777;
    entry.info.uid = status.st_uid;
    entry.info.gid = status.st_gid;
    if (S_ISREG(status.st_mode))
        entry.info.size = static_cast<std::uint64_t>(status.st_size);
    entry.device = status.st_dev;
    entry.inode = status.st_ino;
    entry.modified = nanoseconds(status.st_mtim);
    entry.changed = nanoseconds(status.st_ctim);
    return entry;
}

std::string special_kind(const struct stat &status) {
    const auto device = [&status](const char *kind) {
        return std::string(kind) + " device " + std::to_string(major(status.st_rdev)) + ":" +
               std::to_string(minor(status.st_rdev));
    };
    return S_ISCHR(status.st_mode)    ? device("character")
           : S_ISBLK(status.st_mode)  ? device("block")
           : S_ISFIFO(status.st_mode) ? "fifo"
           : S_ISSOCK(status.st_mode) ? "socket"
                                      : "unknown";
}

/// The calling thread's, put back at the end.
class WorkingDirectory {
  public:
    WorkingDirectory() : former_(open(".", O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

    ~WorkingDirectory() {
        const bool back = fchdir(former_) == 0 || chdir("/") == 0;
        static_cast<void>(back);
        close(former_);
    }

    WorkingDirectory(const WorkingDirectory &) = delete;
    WorkingDirectory &operator=(const WorkingDirectory &) = delete;

    /// False with errno when it cannot be entered.
    [[nodiscard]] bool enter(int directory) {
        if (directory != present_ && fchdir(directory) != 0)
            return false;
        present_ = directory;
        return true;
    }

    /// The descriptor of the present one is closed, and its number may come back.
    void forget() { present_ = -1; }

  private:
    int former_;
    int present_ = -1;
};

/// What stat does not tell. False with errno when it cannot be read.
bool describe(TreeEntry &entry, int directory, const char *name, const struct stat &status,
              const TreeTools &tools, WorkingDirectory &working_directory) {
    if (S_ISLNK(status.st_mode)) {
        std::array<char, PATH_MAX> target; // filled before it is read
        const ssize_t size = readlinkat(directory, name, target.data(), target.size());
        if (size < 0)
            return false;
        entry.target.assign(target.data(), static_cast<std::size_t>(size));
    } else if (entry.info.type == FileInfo::Type::other) {
        entry.target = special_kind(status);
    }
    return working_directory.enter(directory) && read_attributes(name, tools, entry.attributes);
}

void take_over(const TreeEntry &known, TreeEntry &entry) {
    entry.target = known.target;
    entry.attributes = known.attributes;
    entry.sha256 = known.sha256;
}

bool is_secret(const TreeEntry &entry, bool reachable) {
    return !reachable || (entry.info.mode & 0004) == 0;
}

class Walk {
  public:
    Walk(int root, const Tree &former, const Span &changed, const TreeTools &tools, Tree &tree)
        : root_(root),
          former_(former.entries),
          changed_(changed),
          tools_(tools),
          tree_(tree),
          directories_(root) {}

    /// From the root, itself included.
    LookFailure run() {
        struct stat status {};

        path_ = "/";
        if (fstat(root_, &status) != 0)
            return {path_, errno};
        if (!note(".", status, true) || !list(status, true))
            return failure_;
        return go_on();
    }

    /// What is below the directory that was given as root, which `path` is.
    LookFailure run_below(const std::string &path, bool reachable) {
        struct stat status {};

        path_ = path;
        if (fstat(root_, &status) != 0)
            return {path_, errno};
        if (!list(status, reachable))
            return failure_;
        return go_on();
    }

  private:
    /// A directory that is being walked.
    struct Level {
        std::vector<std::string> names; ///< sorted
        std::size_t next = 0;
        std::size_t path_size = 0;
        dev_t device = 0;
        bool reachable = false; ///< by everybody
    };

    LookFailure go_on() {
        while (!levels_.empty())
            if (!step())
                return failure_;
        return {};
    }

    [[nodiscard]] bool fail(int code) {
        failure_ = {path_, code};
        return false;
    }

    /// The next entry of the innermost directory, or out of it. False after a failure.
    bool step() {
        struct stat status {};

        Level &level = levels_.back();
        path_.resize(level.path_size);
        if (level.next == level.names.size())
            return leave();
        const std::string name = std::move(level.names[level.next++]);
        const bool reachable = level.reachable;
        path_ += path_ == "/" ? name : "/" + name;
        if (path_.size() > k_longest_tree_path)
            return fail(k_too_large);
        if (fstatat(directories_.fd(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
            return fail(errno);
        if (!note(name.c_str(), status, reachable))
            return false;
        return !S_ISDIR(status.st_mode) ||
               enter(name.c_str(), status, reachable && (status.st_mode & 0001) != 0);
    }

    bool enter(const char *name, const struct stat &status, bool reachable) {
        const dev_t outer = levels_.back().device;
        if (!directories_.enter(name))
            return fail(errno);
        working_directory_.forget();
        if (status.st_dev != outer && is_made_up(directories_.fd()))
            return directories_.leave() || fail(errno);
        return list(status, reachable);
    }

    bool leave() {
        levels_.pop_back();
        working_directory_.forget();
        return levels_.empty() || directories_.leave() || fail(errno);
    }

    /// Begins the directory that was entered last.
    bool list(const struct stat &status, bool reachable) {
        Level level;
        level.path_size = path_.size();
        level.device = status.st_dev;
        level.reachable = reachable;
        if (!read_names(directories_.fd(), level.names))
            return fail(errno);
        levels_.push_back(std::move(level));
        return true;
    }

    /// Without "." and "..", sorted. False with errno when they cannot be read.
    bool read_names(int directory, std::vector<std::string> &names) {
        const std::size_t room = (tools_.most_memory - memory_) / sizeof(TreeEntry);
        const int own = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const std::unique_ptr<DIR, int (*)(DIR *)> stream(own < 0 ? nullptr : fdopendir(own),
                                                          &closedir);
        if (!stream)
            return false;
        errno = 0;
        while (const dirent *entry = readdir(stream.get())) {
            if (std::string name = entry->d_name; name != "." && name != "..")
                names.push_back(std::move(name));
            if (names.size() > room) {
                errno = k_too_large;
                return false;
            }
            if (names.size() % k_entries_between_pauses == 0)
                tools_.pause();
            errno = 0;
        }
        if (errno != 0)
            return false;
        std::sort(names.begin(), names.end());
        return true;
    }

    /// An entry of the innermost directory, or "." for the root. False after a failure.
    bool note(const char *name, const struct stat &status, bool reachable) {
        if (seen_++ % k_entries_between_pauses == 0)
            tools_.pause();
        TreeEntry entry = to_entry(status);
        if (entry.changed < changed_.first || entry.changed > changed_.last)
            return true;
        entry.path = path_;
        entry.secret = is_secret(entry, reachable);
        if (const TreeEntry *known = untouched(entry))
            take_over(*known, entry);
        else if (!describe(entry, directories_.fd(), name, status, tools_, working_directory_))
            return fail(errno);
        memory_ += sizeof entry + entry.path.size() + entry.target.size() + entry.attributes.size();
        if (memory_ > tools_.most_memory)
            return fail(k_too_large);
        tree_.entries.push_back(std::move(entry));
        return true;
    }

    /// What was known of it and still holds; nullptr where that is nothing.
    const TreeEntry *untouched(const TreeEntry &entry) {
        while (next_ < former_.size() && in_tree_order(former_[next_].path, entry.path))
            ++next_;
        const bool known = next_ < former_.size() && former_[next_].path == entry.path &&
                           is_untouched(former_[next_], entry);
        return known ? &former_[next_] : nullptr;
    }

    int root_;
    const std::vector<TreeEntry> &former_;
    const Span changed_;
    const TreeTools &tools_;
    Tree &tree_;
    std::size_t seen_ = 0;
    std::size_t next_ = 0;   ///< the first of former_ that is not before the present path
    std::size_t memory_ = 0; ///< of what is in tree_
    std::string path_;       ///< of the present entry
    std::vector<Level> levels_;
    DirectoryStack directories_;
    WorkingDirectory working_directory_;
    LookFailure failure_;
};

std::int64_t coarse_now() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return nanoseconds(now);
}

} // namespace

bool is_made_up(int directory) {
    struct statfs status {};

    constexpr std::array<unsigned long, 6> magics = {PROC_SUPER_MAGIC,    SYSFS_MAGIC,
                                                     TMPFS_MAGIC,         DEVPTS_SUPER_MAGIC,
                                                     CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC};
    return fstatfs(directory, &status) == 0 &&
           std::count(magics.begin(), magics.end(), static_cast<unsigned long>(status.f_type)) > 0;
}

bool is_untouched(const TreeEntry &before, const TreeEntry &after) {
    return before.info == after.info && before.device == after.device &&
           before.inode == after.inode && before.modified == after.modified &&
           before.changed == after.changed;
}

void outwait_the_tick(const std::function<bool(std::int64_t)> &was_seen) {
    std::int64_t seen = coarse_now();
    const std::int64_t second = seen - seen % k_in_a_second;
    if (was_seen(second))
        seen = second + k_in_a_second - 1;
    for (int tries = 0; tries < 1100 && coarse_now() <= seen; ++tries) {
        constexpr timespec millisecond{0, 1'000'000};
        nanosleep(&millisecond, nullptr);
    }
}

LookFailure walk_tree(int root, const Tree &former, const TreeTools &tools, Tree &tree) {
    tree.entries.reserve(former.entries.size() + 64);
    std::optional<ReadAhead> ahead;
    if (former.entries.empty())
        ahead.emplace(root);
    LookFailure failure = Walk(root, former, {}, tools, tree).run();
    ahead.reset();
    outwait_the_tick([&tree](std::int64_t time) {
        return std::any_of(tree.entries.begin(), tree.entries.end(),
                           [time](const TreeEntry &entry) { return entry.changed == time; });
    });
    return failure;
}

LookFailure walk_changed(int root, std::int64_t first, std::int64_t last, const TreeTools &tools,
                         Tree &tree) {
    const Tree former;
    const ReadAhead ahead(root); // it may be the first look, and it keeps nothing that would tell
    return Walk(root, former, {first, last}, tools, tree).run();
}

LookFailure walk_below(int directory, const std::string &path, bool reachable,
                       const TreeTools &tools, Tree &tree) {
    const Tree former;
    return Walk(directory, former, {}, tools, tree).run_below(path, reachable);
}

LookFailure look_at(int directory, const char *name, bool reachable, const TreeTools &tools,
                    const TreeEntry *former, TreeEntry &entry) {
    struct stat status {};

    if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return {entry.path, errno};
    std::string path = std::move(entry.path);
    entry = to_entry(status);
    entry.path = std::move(path);
    entry.secret = is_secret(entry, reachable);
    WorkingDirectory working_directory;
    if (former != nullptr && is_untouched(*former, entry))
        take_over(*former, entry);
    else if (!describe(entry, directory, name, status, tools, working_directory))
        return {entry.path, errno};
    return {};
}

} // namespace retouch::guest
