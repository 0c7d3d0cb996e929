// Ours is known by its inode, size and time of its last write: a rename changes none of them.

#include "guest/sandbox/provided_file.hpp"

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace retouch::guest {

namespace {

/// One run works on a guest at a time, and one command.
constexpr const char *k_aside = ".retouch-aside-";
constexpr const char *k_new = ".retouch-new-";

bool same(const timespec &a, const timespec &b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool write_whole(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t put = write(file, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

} // namespace

ProvidedFile::ProvidedFile(int directory, std::string name)
    : directory_(directory), name_(std::move(name)) {}

ProvidedFile::ProvidedFile(ProvidedFile &&other) noexcept
    : directory_(std::exchange(other.directory_, -1)),
      name_(std::move(other.name_)),
      aside_(std::move(other.aside_)),
      is_put_(std::exchange(other.is_put_, false)),
      ours_(other.ours_),
      before_(other.before_),
      after_(other.after_) {}

ProvidedFile::~ProvidedFile() {
    take_away();
    if (directory_ >= 0)
        close(directory_);
}

bool ProvidedFile::put(std::string_view bytes, mode_t mode) {
    const std::string made = k_new + name_;

    struct stat former {};

    if (fstat(directory_, &before_) != 0)
        return false;
    if (fstatat(directory_, name_.c_str(), &former, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISDIR(former.st_mode)) {
        errno = EISDIR;
        return false;
    }
    const int file = openat(directory_, made.c_str(),
                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
        return false;
    const bool is_whole =
        write_whole(file, bytes) && fchmod(file, mode) == 0 && fstat(file, &ours_) == 0;
    int code = errno;
    close(file);
    bool done = is_whole;
    if (done) {
        const std::string aside = k_aside + name_;
        if (renameat(directory_, name_.c_str(), directory_, aside.c_str()) == 0)
            aside_ = aside;
        else if (errno != ENOENT)
            done = false;
        code = errno;
        if (done && renameat(directory_, made.c_str(), directory_, name_.c_str()) != 0) {
            code = errno;
            done = false;
            put_back(name_);
        }
    }
    if (!done) {
        unlinkat(directory_, made.c_str(), 0);
        const timespec times[2] = {before_.st_atim, before_.st_mtim};
        futimens(directory_, times);
    }
    fstat(directory_, &after_);
    is_put_ = done;
    errno = code;
    return done;
}

bool ProvidedFile::is_ours(const std::string &name) const {
    struct stat now {};

    return fstatat(directory_, name.c_str(), &now, AT_SYMLINK_NOFOLLOW) == 0 &&
           now.st_ino == ours_.st_ino && now.st_dev == ours_.st_dev &&
           now.st_size == ours_.st_size && same(now.st_mtim, ours_.st_mtim);
}

std::string ProvidedFile::moved_to() const {
    const int copy = openat(directory_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy < 0 ? nullptr : fdopendir(copy);
    std::string found;
    while (const dirent *entry = entries == nullptr ? nullptr : readdir(entries))
        if (entry->d_ino == ours_.st_ino && is_ours(entry->d_name)) {
            found = entry->d_name;
            break;
        }
    if (entries != nullptr)
        closedir(entries);
    return found;
}

/// The former entry, as `name`.
void ProvidedFile::put_back(const std::string &name) {
    if (aside_.empty())
        return;
    renameat(directory_, aside_.c_str(), directory_, name.c_str());
    aside_.clear();
}

void ProvidedFile::take_away() {
    if (!std::exchange(is_put_, false))
        return;

    struct stat now {};

    fstat(directory_, &now);
    const std::string left = is_ours(name_) ? name_ : moved_to();
    if (!left.empty()) {
        unlinkat(directory_, left.c_str(), 0);
        put_back(left);
    } else if (!aside_.empty()) {
        unlinkat(directory_, aside_.c_str(), 0);
        aside_.clear();
    }
    // What the command itself did to the directory keeps its time.
    const timespec times[2] = {before_.st_atim,
                               same(now.st_mtim, after_.st_mtim) ? before_.st_mtim : now.st_mtim};
    futimens(directory_, times);
}

} // namespace retouch::guest
