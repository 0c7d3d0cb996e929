// Depth first over descriptors, so that no rename in between can lead outside, and without
// recursion: a guest may nest directories as deep as it likes.

#include "guest/host/remove_tree.hpp"

#include "base/interrupt.hpp"
#include "base/path.hpp"
#include "guest/host/directory_names.hpp"
#include "guest/refusals.hpp"
#include "guest/tree/directory_stack.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

class Removal {
  public:
    Removal(int parent, const std::string &path) : path_(path), directories_(parent) {}

    void remove(const std::string &name) {
        if (!remove_or_enter(name))
            return;
        while (!levels_.empty()) {
            base::check_interrupt();
            Level &level = levels_.back();
            if (level.names.empty()) {
                leave();
                continue;
            }
            const std::string inside = std::move(level.names.back());
            level.names.pop_back();
            path_ = base::join(path_, inside);
            if (!remove_or_enter(inside))
                path_ = base::parent_path(path_);
        }
    }

  private:
    /// A directory that is being emptied.
    struct Level {
        std::string name;
        std::vector<std::string> names; ///< still in it
        bool emptied = true;            ///< false when a mount point below stays
    };

    /// True when it is a directory, which was entered.
    bool remove_or_enter(const std::string &name) {
        struct stat status {};

        if (fstatat(directories_.fd(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
            fail();
        if (!S_ISDIR(status.st_mode)) {
            if (unlinkat(directories_.fd(), name.c_str(), 0) != 0)
                fail();
            return false;
        }
        if (!directories_.enter(name.c_str()))
            fail();
        levels_.push_back({name, directory_names(directories_.fd(), "remove", path_)});
        return true;
    }

    void leave() {
        const Level level = std::move(levels_.back());
        levels_.pop_back();
        if (!directories_.leave())
            fail();
        bool removed = level.emptied;
        if (removed && unlinkat(directories_.fd(), level.name.c_str(), AT_REMOVEDIR) != 0) {
            if (errno != EBUSY)
                fail();
            removed = false;
        }
        if (levels_.empty())
            return;
        levels_.back().emptied = levels_.back().emptied && removed;
        path_ = base::parent_path(path_);
    }

    [[noreturn]] void fail() const { throw refusal::file_operation("remove", path_, errno); }

    std::string path_; ///< of the present entry
    DirectoryStack directories_;
    std::vector<Level> levels_;
};

} // namespace

void remove_tree(int parent, const std::string &name, const std::string &path) {
    Removal(parent, path).remove(name);
}

} // namespace retouch::guest
